// ---
// description: Ever more buffers
// on: [qemu/prepare]
// ---
// expect: resources|error|timeout
export default async function (event, host) {
  const hog = [];
  for (;;) hog.push(new ArrayBuffer(1_000_000));
}
