// ---
// description: Promises nobody settles
// on: [qemu/prepare]
// ---
// expect: resources|error|timeout
export default async function (event, host) {
  const hog = [];
  for (;;) hog.push(new Promise(() => {}).then(() => hog));
}
