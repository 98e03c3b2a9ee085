// ---
// description: A replacer that replaces
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  const again = () => "a".replace("a", again);
  again();
}
