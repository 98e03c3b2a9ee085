// ---
// description: Accessors on Object.prototype
// on: [qemu/prepare]
// ---
// expect: success|error|timeout|resources
export default async function (event, host) {
  for (const key of ["value", "error", "pending", "default", "message", "name", "stack"]) {
    Object.defineProperty(Object.prototype, key, { get: () => "polluted", set() {}, configurable: true });
  }
  try {
    await host.exec("sh", ["-c", "echo escaped > @{CANARY}"]);
  } catch {}
  try {
    await host.fs.write("@{CANARY}", "escaped");
  } catch {}
  try {
    host.log.info("still here");
    event.xml;
  } catch {}
}
