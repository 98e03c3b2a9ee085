// ---
// description: Goes on calling after its answer
// on: [qemu/prepare]
// ---
// expect: timeout|success
export default async function (event, host) {
  (async () => {
    for (;;) await host.sleep(1);
  })();
}
