// ---
// description: Imports modules while it runs
// on: [qemu/prepare]
// ---
// expect: success
export default async function (event, host) {
  for (const name of ["node:fs", "std", "os", "bjson", "qjs:std", "qjs:os", "/etc/passwd", "./10-attack.js", "10-attack.js", "data:text/javascript,1", "file:///etc/passwd", "hookvisor:prelude"]) {
    const got = await import(name).catch(() => undefined);
    if (got !== undefined && name !== "10-attack.js" && name !== "./10-attack.js") host.fail(`imported ${name}`);
  }
}
