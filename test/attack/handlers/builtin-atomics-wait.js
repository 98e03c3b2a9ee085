// ---
// description: Atomics.wait would block the thread
// on: [qemu/prepare]
// ---
// expect: timeout|error
export default async function (event, host) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(8)), 0, 0);
  for (;;);
}
