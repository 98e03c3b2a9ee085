// ---
// description: Catches whatever would end its loop
// on: [qemu/prepare]
// ---
// expect: timeout
export default async function (event, host) {
  for (;;) {
    try {
      for (;;);
    } catch {}
  }
}
