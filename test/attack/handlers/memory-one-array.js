// ---
// description: One array that grows
// on: [qemu/prepare]
// ---
// expect: resources|error|timeout
export default async function (event, host) {
  const hog = [];
  for (;;) hog.push(hog);
}
