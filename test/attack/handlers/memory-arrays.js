// ---
// description: Ever more arrays
// on: [qemu/prepare]
// ---
// expect: resources|error|timeout
export default async function (event, host) {
  const hog = [];
  for (;;) hog.push(new Array(10_000).fill(0));
}
