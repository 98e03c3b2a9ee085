// ---
// description: Each microtask makes two more
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  const again = () => {
    Promise.resolve().then(again);
    Promise.resolve().then(again);
  };
  again();
  await new Promise(() => {});
}
