// ---
// description: An array with holes
// on: [qemu/prepare]
// ---
// expect: resources|error|timeout
export default async function (event, host) {
  const hog = [];
  for (let i = 1;; i *= 2) hog[i % 4_294_967_295 | 0] = i, hog.push({});
}
