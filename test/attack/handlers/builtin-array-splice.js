// ---
// description: splice on the largest length
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  [].splice.call({ length: 2 ** 53 - 1 }, 0, 1);
}
