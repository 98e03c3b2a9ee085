// ---
// description: repeat to the largest string
// on: [qemu/prepare]
// ---
// expect: error|resources
export default async function (event, host) {
  "x".repeat(2 ** 29);
}
