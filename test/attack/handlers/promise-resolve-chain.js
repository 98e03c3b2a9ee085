// ---
// description: A chain of a million promises
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  let last = new Promise(() => {});
  for (let i = 0; i < 1_000_000; i++) last = last.then();
  await last;
}
