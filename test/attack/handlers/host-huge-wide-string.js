// ---
// description: Gives the host large texts of wide characters
// on: [qemu/prepare]
// ---
// expect: error|resources|success|timeout
export default async function (event, host) {
  for (let size = 500_000; size < 16_000_000; size *= 2) {
    try {
      host.log.info("\u65e5".repeat(size));
    } catch {}
  }
}
