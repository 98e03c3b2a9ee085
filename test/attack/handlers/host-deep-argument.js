// ---
// description: Gives the host an argument of as many levels as there can be
// on: [qemu/prepare]
// ---
// expect: error|success|timeout
export default async function (event, host) {
  let deep = [];
  for (let i = 0; i < 100_000; i++) deep = [deep];
  try {
    host.log.info("deep", deep);
  } catch {}
  for (let levels = 10; levels < 5_000; levels *= 2) {
    let some = [];
    for (let i = 0; i < levels; i++) some = [some];
    try {
      host.log.info("levels", some);
      await host.exec("true", some);
    } catch {}
  }
}
