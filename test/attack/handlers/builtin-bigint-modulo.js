// ---
// description: Dividing enormous numbers
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  const n = (1n << 900_000n) - 1n;
  for (;;) n % ((1n << 450_000n) + 1n);
}
