// ---
// description: fill on the largest length
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  [].fill.call({ length: 2 ** 53 - 1 }, 0);
}
