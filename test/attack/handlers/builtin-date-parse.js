// ---
// description: Parsing huge dates
// on: [qemu/prepare]
// ---
// expect: timeout
export default async function (event, host) {
  const text = "1".repeat(5_000_000);
  for (;;) Date.parse(text);
}
