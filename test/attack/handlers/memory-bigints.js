// ---
// description: Ever more large numbers
// on: [qemu/prepare]
// ---
// expect: resources|error|timeout
export default async function (event, host) {
  const hog = [];
  for (let i = 1n;; i++) hog.push(i << 100_000n);
}
