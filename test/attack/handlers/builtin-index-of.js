// ---
// description: One call of indexOf on the largest length
// on: [qemu/prepare]
// ---
// expect: timeout
export default async function (event, host) {
  [].indexOf.call({ length: 2 ** 53 - 1 }, 1);
}
