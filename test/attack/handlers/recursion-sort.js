// ---
// description: A comparator that sorts
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  const again = () => [2, 1].sort(again);
  again();
}
