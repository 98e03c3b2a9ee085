// ---
// description: normalize of a text that grows
// on: [qemu/prepare]
// ---
// expect: timeout|resources
export default async function (event, host) {
  const text = "\ufdfa".repeat(500_000);
  for (;;) {
    try {
      text.normalize("NFKD");
    } catch {}
  }
}
