// ---
// description: Source text of nested arrays
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  new Function("return " + "[".repeat(100_000) + "]".repeat(100_000))();
}
