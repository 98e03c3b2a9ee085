// ---
// description: fromCharCode applied to a huge list
// on: [qemu/prepare]
// ---
// expect: timeout|resources
export default async function (event, host) {
  for (;;) {
    try {
      String.fromCharCode.apply(null, { length: 1e9 });
    } catch {}
  }
}
