// ---
// description: A buffer that may grow beyond all memory
// on: [qemu/prepare]
// ---
// expect: resources|error|timeout
export default async function (event, host) {
  const hog = new ArrayBuffer(1, { maxByteLength: 2 ** 31 });
  for (let size = 1;; size *= 2) hog.resize(size);
}
