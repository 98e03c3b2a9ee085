// ---
// description: reverse on the largest length
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  [].reverse.call({ length: 2 ** 53 - 1 });
}
