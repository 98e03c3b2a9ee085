// ---
// description: Ever more closures
// on: [qemu/prepare]
// ---
// expect: resources|error|timeout
export default async function (event, host) {
  let hog = () => 0;
  for (;;) {
    const last = hog;
    hog = () => last;
  }
}
