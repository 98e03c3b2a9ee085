// ---
// description: concat of spreadable objects of the largest length
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  const wide = { length: 2 ** 53 - 1, [Symbol.isConcatSpreadable]: true };
  [].concat(wide);
}
