// ---
// description: A thenable that resolves to a thenable, for ever
// on: [qemu/prepare]
// ---
// expect: timeout
export default async function (event, host) {
  const endless = { then: (resolve) => resolve(endless) };
  await endless;
}
