// ---
// description: Writing out a number of a million digits
// on: [qemu/prepare]
// ---
// expect: timeout|resources
export default async function (event, host) {
  for (;;) {
    try {
      (7n ** 400_000n).toString();
    } catch {}
  }
}
