// ---
// description: flat of one large array many times over
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  const large = new Array(100_000).fill(0);
  for (;;) new Array(50).fill(large).flat();
}
