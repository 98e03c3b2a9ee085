// ---
// description: Files that are no files
// on: [qemu/prepare]
// allow:
//   write: ["/dev/*", "/proc/**", "@{SCRATCH}/**", "@{SCRATCH}"]
// ---
// expect: success
export default async function (event, host) {
  for (const path of ["/dev/zero", "/dev/random", "/dev/tty", "/dev/stdin", "/dev/full", "/proc/self/fd/0", "/proc/self/fd/2", "@{SCRATCH}/fifo", "@{SCRATCH}"]) {
    for (const call of ["read", "write", "append"]) {
      try {
        await host.fs[call](path, "x");
        if (path.startsWith("/dev")) host.fail(`${call} of ${path}`);
      } catch (error) {
        if (/internal error/.test(error.message)) host.fail(error.message);
      }
    }
  }
}
