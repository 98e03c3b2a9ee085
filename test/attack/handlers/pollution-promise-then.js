// ---
// description: Promise.prototype.then that calls everything twice
// on: [qemu/prepare]
// ---
// expect: success|error|timeout|resources
export default async function (event, host) {
  const { then } = Promise.prototype;
  Promise.prototype.then = function (...callbacks) {
    for (const one of callbacks) {
      try {
        one?.({ default: () => {} });
      } catch {}
    }
    return then.apply(this, callbacks);
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
