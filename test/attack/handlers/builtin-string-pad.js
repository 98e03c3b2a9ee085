// ---
// description: padStart to the largest string
// on: [qemu/prepare]
// ---
// expect: timeout|resources
export default async function (event, host) {
  for (;;) {
    try {
      "".padStart(2 ** 30 - 24, "abc");
    } catch {}
  }
}
