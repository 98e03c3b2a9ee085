// ---
// description: Takes thousands of locks
// on: [qemu/prepare]
// ---
// expect: timeout|error|success|resources
export default async function (event, host) {
  const all = [];
  for (let i = 0; i < 5_000; i++) all.push(host.lock(`lock ${i}`, () => new Promise(() => {})).catch(() => {}));
  await Promise.all(all);
}
