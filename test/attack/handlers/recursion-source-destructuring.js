// ---
// description: Source text of nested patterns
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  new Function("const " + "[".repeat(50_000) + "a" + "]".repeat(50_000) + " = [];")();
}
