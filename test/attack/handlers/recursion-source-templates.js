// ---
// description: Source text of nested templates
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  new Function("return " + "`${".repeat(50_000) + "1" + "}`".repeat(50_000))();
}
