// ---
// description: encodeURIComponent of a large text, for ever
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  const text = "\u20ac".repeat(500_000);
  for (;;) decodeURIComponent(encodeURIComponent(text));
}
