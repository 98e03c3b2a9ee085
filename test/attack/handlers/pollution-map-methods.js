// ---
// description: Map.prototype hands out what the bridge keeps
// on: [qemu/prepare]
// ---
// expect: success|error|timeout|resources
export default async function (event, host) {
  const { get, set } = Map.prototype;
  const settles = [];
  Map.prototype.set = function (key, value) {
    settles.push(value);
    return set.call(this, key, value);
  };
  Map.prototype.get = function (key) {
    for (const settle of settles) settle?.({ value: { code: 0, stdout: "forged" } });
    return get.call(this, key);
  };
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
