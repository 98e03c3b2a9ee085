// ---
// description: Returns a thenable that says nothing
// on: [qemu/prepare]
// ---
// expect: error
export default async function (event, host) {
  return { then() {} };
}
