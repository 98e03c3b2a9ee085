// ---
// description: Source text of nested functions
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  new Function("() => ".repeat(50_000) + "1")();
}
