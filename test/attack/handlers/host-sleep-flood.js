// ---
// description: Sleeps a hundred thousand times at once
// on: [qemu/prepare]
// ---
// expect: error|timeout
export default async function (event, host) {
  const sleeps = [];
  for (let i = 0; i < 100_000; i++) sleeps.push(host.sleep(1e9));
  await Promise.all(sleeps);
}
