// ---
// description: Sets in sets
// on: [qemu/prepare]
// ---
// expect: resources|error|timeout
export default async function (event, host) {
  let hog = new Set();
  for (;;) hog = new Set([hog, {}, []]);
}
