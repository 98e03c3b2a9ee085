// ---
// description: A text that doubles
// on: [qemu/prepare]
// ---
// expect: resources|error|timeout
export default async function (event, host) {
  let hog = "x";
  for (;;) hog += hog;
}
