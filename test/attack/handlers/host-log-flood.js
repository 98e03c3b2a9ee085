// ---
// description: Writes log lines until it is stopped
// on: [qemu/prepare]
// ---
// expect: timeout
// then: record < 1000000
export default async function (event, host) {
  for (;;) host.log.info("line", { some: "fields" });
}
