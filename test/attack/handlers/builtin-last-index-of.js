// ---
// description: lastIndexOf on the largest length
// on: [qemu/prepare]
// ---
// expect: timeout
export default async function (event, host) {
  [].lastIndexOf.call({ length: 2 ** 53 - 1 }, 1);
}
