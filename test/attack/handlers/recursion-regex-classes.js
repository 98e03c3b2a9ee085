// ---
// description: Nested classes of a pattern
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  new RegExp("[".repeat(100_000) + "a" + "]".repeat(100_000), "v");
}
