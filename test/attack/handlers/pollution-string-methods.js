// ---
// description: Text methods that lie
// on: [qemu/prepare]
// ---
// expect: success|error|timeout|resources
export default async function (event, host) {
  for (const key of ["slice", "split", "toString", "includes", "indexOf", "trim", "replace"]) String.prototype[key] = () => "x".repeat(1_000_000);
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
