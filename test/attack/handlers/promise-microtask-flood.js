// ---
// description: Each microtask makes the next
// on: [qemu/prepare]
// ---
// expect: timeout
// time: 400
export default async function (event, host) {
  const again = () => Promise.resolve().then(again);
  await again();
}
