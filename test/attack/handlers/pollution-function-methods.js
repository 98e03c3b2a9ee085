// ---
// description: call, apply and bind that lie
// on: [qemu/prepare]
// ---
// expect: success|error|timeout|resources
export default async function (event, host) {
  Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => { throw new Error("lie"); };
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
