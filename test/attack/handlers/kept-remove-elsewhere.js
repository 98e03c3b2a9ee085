// ---
// description: Removes, renames and changes what it may not
// on: [qemu/prepare]
// allow:
//   write: ["@{SCRATCH}/*"]
// ---
// expect: success
export default async function (event, host) {
  for (const path of ["@{CANARY}", "@{SCRATCH}/linkdir/canary", "@{SCRATCH}/../canary", "@{SCRATCH}", "/", "@{SCRATCH}/..", "@{SCRATCH}/linkdir"]) {
    for (const [call, ...more] of [["remove"], ["rename", "@{SCRATCH}/stolen"], ["chmod", 0o777], ["chown", "nobody"], ["mkdir"]]) {
      const taken = await host.fs[call](path, ...more).then(() => true, () => false);
      if (taken && path !== "@{SCRATCH}/linkdir") host.fail(`${call} ${path}`);
    }
  }
  for (const to of ["@{CANARY}", "@{SCRATCH}/../canary", "/etc/x"]) {
    await host.fs.write("@{SCRATCH}/mine", "escaped");
    const taken = await host.fs.rename("@{SCRATCH}/mine", to).then(() => true, () => false);
    if (taken) host.fail(`rename to ${to}`);
  }
}
