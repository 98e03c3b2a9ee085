// ---
// description: Circles of garbage for the collector
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  for (;;) {
    const ring = Array.from({ length: 100_000 }, () => ({}));
    for (const [i, one] of ring.entries()) one.next = ring[(i + 1) % ring.length];
  }
}
