// ---
// description: A reviver that parses
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  const again = () => JSON.parse("[1]", again);
  again();
}
