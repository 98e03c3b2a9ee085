// ---
// description: Writes large log lines until it is stopped
// on: [qemu/prepare]
// ---
// expect: timeout|resources
// then: record < 1000000
export default async function (event, host) {
  const text = "x".repeat(100_000);
  for (;;) host.log.info(text, { text });
}
