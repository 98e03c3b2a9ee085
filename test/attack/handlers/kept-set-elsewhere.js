// ---
// description: Sets values where it may not, by links and dots
// on: [qemu/prepare]
// allow:
//   write: ["@{SCRATCH}/*"]
// ---
// expect: success
export default async function (event, host) {
  for (const path of ["@{CANARY}", "@{SCRATCH}/link", "@{SCRATCH}/linkdir/canary", "@{SCRATCH}/../canary", "@{SCRATCH}/fifo", "@{SCRATCH}/null", "@{SCRATCH}", "@{SCRATCH}/loop", "@{SCRATCH}/self/comm"]) {
    const taken = await host.fs.set(path, "escaped").then(() => true, () => false);
    if (taken) host.fail(path);
  }
}
