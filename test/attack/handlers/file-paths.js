// ---
// description: Paths that try to be others
// on: [qemu/prepare]
// allow:
//   write: ["@{SCRATCH}/*"]
// ---
// expect: success
export default async function (event, host) {
  const paths = ["@{CANARY}", "/etc/shadow", "/etc/passwd", "/proc/self/environ", "/proc/self/mem", "/proc/1/root@{CANARY}", "/dev/mem",
    "@{SCRATCH}/../canary", "@{SCRATCH}/./../canary", "@{SCRATCH}//..//canary", "@{SCRATCH}/x/../../canary", "@{SCRATCH}/%2e%2e/canary",
    "@{SCRATCH}\0/../canary", "@{SCRATCH}/a\0", "@{SCRATCH}", "@{SCRATCH}/", "", "/", ".", "..", "canary", "~", "//etc/passwd", "/etc//shadow",
    "@{SCRATCH}/link", "@{SCRATCH}/linkdir/canary", "@{SCRATCH}/loop", "@{SCRATCH}/fifo", "@{SCRATCH}/" + "x".repeat(300), "/" + "x/".repeat(3_000),
    "@{SCRATCH}/self/environ", "@{SCRATCH}/null", "file://@{CANARY}"];
  for (const path of paths) {
    for (const call of ["write", "append", "read", "readlink"]) {
      try {
        const got = await host.fs[call](path, "escaped");
        if (call === "read" || path === "@{SCRATCH}/link" && call !== "readlink") host.fail(`${call} of ${JSON.stringify(path.slice(0, 100))} gave ${got}`);
      } catch (error) {
        if (/internal error/.test(error.message)) host.fail(`${call} ${path}: ${error.message}`);
      }
    }
  }
}
