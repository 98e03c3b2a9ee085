// ---
// description: Reading a number of a million digits
// on: [qemu/prepare]
// ---
// expect: timeout|resources
export default async function (event, host) {
  for (;;) {
    try {
      BigInt("9".repeat(1_000_000));
    } catch {}
  }
}
