// ---
// description: Filling large buffers, for ever
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  for (;;) new Uint8Array(30_000_000).fill(1);
}
