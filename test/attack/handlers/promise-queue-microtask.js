// ---
// description: queueMicrotask for ever
// on: [qemu/prepare]
// ---
// expect: timeout
export default async function (event, host) {
  const again = () => queueMicrotask(again);
  again();
  await new Promise(() => {});
}
