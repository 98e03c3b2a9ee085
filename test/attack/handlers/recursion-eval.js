// ---
// description: Code that evaluates code
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  globalThis.again = () => (0, eval)("again()");
  again();
}
