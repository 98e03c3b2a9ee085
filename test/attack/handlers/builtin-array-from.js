// ---
// description: Array.from on a huge length
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  Array.from({ length: 2 ** 32 - 1 });
}
