// ---
// description: Promise.all of an endless iterator
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  function* many() {
    for (;;) yield Promise.resolve();
  }
  await Promise.all(many());
}
