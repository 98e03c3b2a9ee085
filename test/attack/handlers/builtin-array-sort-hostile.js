// ---
// description: A comparator that contradicts itself, for ever
// on: [qemu/prepare]
// ---
// expect: timeout
export default async function (event, host) {
  for (;;) Array.from({ length: 200_000 }, (_, i) => i).sort(() => Math.random() - 0.5);
}
