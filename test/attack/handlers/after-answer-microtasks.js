// ---
// description: Goes on by microtasks after its answer
// on: [qemu/prepare]
// ---
// expect: success
export default async function (event, host) {
  (async () => {
    for (;;) await 0;
  })();
}
