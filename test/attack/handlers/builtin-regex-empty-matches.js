// ---
// description: matchAll of nothing, everywhere
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  const text = "a".repeat(2_000_000);
  for (;;) [...text.matchAll(/(?:)/g)];
}
