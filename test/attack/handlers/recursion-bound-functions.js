// ---
// description: Bound a hundred thousand times
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  let bound = () => 1;
  for (let i = 0; i < 100_000; i++) bound = bound.bind(null);
  bound();
}
