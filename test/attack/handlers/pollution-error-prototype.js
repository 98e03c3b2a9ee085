// ---
// description: Errors whose fields are hostile
// on: [qemu/prepare]
// ---
// expect: success|error|timeout|resources
export default async function (event, host) {
  Object.defineProperty(Error.prototype, "message", { set() { throw new Error("set"); }, get() { throw new Error("get"); } });
  Object.defineProperty(Error.prototype, "stack", { get() { throw new Error("stack"); } });
  Error.stackTraceLimit = { valueOf() { throw new Error("limit"); } };
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
