// ---
// description: Fills its memory and then wants the host to answer
// on: [qemu/prepare]
// ---
// expect: resources|error|timeout|success
export default async function (event, host) {
  const hog = [];
  try {
    for (;;) hog.push(new Uint8Array(1_000_000));
  } catch {}
  try {
    for (;;) hog.push({});
  } catch {}
  for (let i = 0; i < 100; i++) host.log.info("x".repeat(100));
  await host.sleep(1);
}
