// ---
// description: A search in which each place almost matches
// on: [qemu/prepare]
// ---
// expect: timeout
export default async function (event, host) {
  const text = "a".repeat(4_000_000);
  for (;;) text.indexOf("a".repeat(1_000_000) + "b");
}
