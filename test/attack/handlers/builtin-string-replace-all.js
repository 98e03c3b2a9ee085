// ---
// description: replaceAll that makes much of little
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  const text = "a".repeat(100_000);
  for (;;) text.replaceAll("a", "bb".repeat(50));
}
