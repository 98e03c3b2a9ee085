// ---
// description: Classes of classes
// on: [qemu/prepare]
// ---
// expect: resources|error|timeout
export default async function (event, host) {
  let Hog = class {};
  for (;;) Hog = class extends Hog {};
}
