// ---
// description: One buffer larger than all memory
// on: [qemu/prepare]
// ---
// expect: resources|error|timeout
export default async function (event, host) {
  new ArrayBuffer(2 ** 32 - 1);
}
