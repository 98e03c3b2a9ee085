// ---
// description: Texts larger than a file may be
// on: [qemu/prepare]
// allow:
//   write: ["@{SCRATCH}/*"]
// ---
// expect: success|resources|timeout
export default async function (event, host) {
  for (const size of [8 * 1024 * 1024 + 1, 16_000_000]) {
    try {
      await host.fs.write("@{SCRATCH}/large", "x".repeat(size));
      host.fail("taken");
    } catch (error) {
      if (/internal error|taken/.test(error.message)) host.fail(error.message);
    }
  }
}
