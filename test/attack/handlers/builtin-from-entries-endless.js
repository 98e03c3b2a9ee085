// ---
// description: Object.fromEntries of an endless iterator
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  function* entries() {
    for (let i = 0;; i++) yield [`k${i}`, i];
  }
  Object.fromEntries(entries());
}
