// ---
// description: Fields on Object.prototype that the host may look at
// on: [qemu/prepare]
// ---
// expect: success|error|timeout|resources
export default async function (event, host) {
  for (const key of ["value", "error", "pending", "call", "args", "id", "code", "stdin", "timeout", "check", "env", "result", "unseen"]) {
    Object.prototype[key] = { message: "polluted", name: "polluted" };
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
