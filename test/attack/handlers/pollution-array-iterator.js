// ---
// description: Arrays iterate over something else
// on: [qemu/prepare]
// ---
// expect: success|error|timeout|resources
export default async function (event, host) {
  Array.prototype[Symbol.iterator] = function* () {
    yield "sh";
    for (;;) yield "-c";
  };
  Set.prototype[Symbol.iterator] = Array.prototype[Symbol.iterator];
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
