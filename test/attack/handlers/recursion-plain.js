// ---
// description: A function that calls itself
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  const again = () => again() + 1;
  again();
}
