// ---
// description: Async functions that call each other for ever
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout
export default async function (event, host) {
  const again = async () => await again();
  await again();
}
