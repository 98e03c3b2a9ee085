// ---
// description: copyWithin on the largest length
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  [].copyWithin.call({ length: 2 ** 53 - 1 }, 1, 0);
}
