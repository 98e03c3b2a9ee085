// ---
// description: Source text of a hundred thousand brackets
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  new Function("return " + "(".repeat(100_000) + "1" + ")".repeat(100_000))();
}
