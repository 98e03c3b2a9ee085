// ---
// description: A map without end
// on: [qemu/prepare]
// ---
// expect: resources|error|timeout
export default async function (event, host) {
  const hog = new Map();
  for (let i = 0;; i++) hog.set(i, { i });
}
