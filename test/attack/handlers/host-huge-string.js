// ---
// description: Gives the host texts of sixteen million characters
// on: [qemu/prepare]
// ---
// expect: error|resources|success|timeout
export default async function (event, host) {
  for (let size = 1_000_000; size < 40_000_000; size *= 2) {
    try {
      host.log.info("x".repeat(size));
    } catch {}
  }
}
