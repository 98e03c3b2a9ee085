// ---
// description: Busy waiting for a time that never comes
// on: [qemu/prepare]
// ---
// expect: timeout
export default async function (event, host) {
  while (Date.now() < Infinity);
}
