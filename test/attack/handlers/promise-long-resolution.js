// ---
// description: A promise resolved with a promise, a hundred thousand times
// on: [qemu/prepare]
// ---
// expect: success|timeout|resources|error
export default async function (event, host) {
  let last = Promise.resolve(1);
  for (let i = 0; i < 100_000; i++) {
    const inner = last;
    last = new Promise((resolve) => resolve(inner));
  }
  await last;
}
