// ---
// description: An enormous power
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  3n ** (10n ** 9n);
}
