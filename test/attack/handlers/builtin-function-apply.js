// ---
// description: apply with a huge list
// on: [qemu/prepare]
// ---
// expect: timeout|resources
export default async function (event, host) {
  for (;;) {
    try {
      (() => {}).apply(null, { length: 2 ** 31 });
    } catch {}
  }
}
