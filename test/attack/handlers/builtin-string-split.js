// ---
// description: split into single characters, for ever
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  const text = "a".repeat(1_000_000);
  for (;;) text.split("");
}
