// ---
// description: Sorting a large array as text, again and again
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  const large = Array.from({ length: 300_000 }, (_, i) => i * 7919 % 300_007);
  for (;;) [...large].sort();
}
