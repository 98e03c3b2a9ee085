// ---
// description: A pattern of thousands of Unicode classes
// on: [qemu/prepare]
// ---
// expect: timeout|resources
export default async function (event, host) {
  for (;;) {
    try {
      new RegExp("[\\p{L}\\p{N}\\P{S}]".repeat(2_000), "iu");
    } catch {}
  }
}
