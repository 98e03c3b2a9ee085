// ---
// description: Sorting a large buffer with a comparator
// on: [qemu/prepare]
// ---
// expect: timeout|success|resources|error
export default async function (event, host) {
  new Float64Array(3_000_000).map(Math.random).sort((a, b) => b - a);
}
