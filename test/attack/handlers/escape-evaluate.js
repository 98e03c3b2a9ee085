// ---
// description: eval, Function and friends see only the sandbox
// on: [qemu/prepare]
// ---
// expect: success
export default async function (event, host) {
  for (const make of [eval, globalThis.eval, Function]) {
    const found = make === Function ? Function("return typeof Deno + typeof call + typeof pending")() : make("typeof Deno + typeof enter + typeof ask");
    if (/function|object/.test(found)) host.fail(found);
  }
}
