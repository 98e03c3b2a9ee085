// ---
// description: repeat to large strings, for ever
// on: [qemu/prepare]
// ---
// expect: timeout
export default async function (event, host) {
  for (;;) "ab".repeat(8e6);
}
