// ---
// description: Waits for what nothing settles
// on: [qemu/prepare]
// ---
// expect: error
export default async function (event, host) {
  await new Promise(() => {});
}
