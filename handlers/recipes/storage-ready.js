// ---
// description: Bring up the storage that a guest needs (iSCSI, LVM, ZFS, mounts), and take it down after the last one
// on: [qemu/prepare]
// timeout: 90s
// allow:
//   exec:
//     - iscsiadm -m node -T * --login
//     - vgchange -a y -- *
//     - vgchange -a n -- *
//     - zpool list -H -o name -- *
//     - zpool import -- *
//     - zpool export -- *
//     - mountpoint -q -- *
//     - mount -- *
//     - umount -- *
// options:
//   targets: []
//   volumeGroups: []
//   pools: []
//   mounts: []
// ---
// Mounts are those of /etc/fstab. Taking down fails while another guest uses it: that is no failure, the last one does it.
// An iSCSI session stays: logging out would not ask who uses it.
/** @type {import("./handler.d.ts").Handler} */
export default async function (_event, host) {
  const { targets, volumeGroups, pools, mounts } = host.options;
  const timeout = "30s";
  const is = async (...command) =>
    (await host.exec(command[0], command.slice(1), { check: false, timeout })).code === 0;
  for (const target of targets) {
    const { code, stderr } = await host.exec("iscsiadm", ["-m", "node", "-T", target, "--login"], {
      check: false,
      timeout,
    });
    // 15: the session is there already.
    if (code !== 0 && code !== 15) host.fail(`${target} cannot be had: ${stderr.trim()}`);
  }
  for (const group of volumeGroups) {
    await host.undo("vgchange", ["-a", "n", "--", group], { gone: [5], timeout });
    await host.exec("vgchange", ["-a", "y", "--", group], { timeout });
  }
  for (const pool of pools) {
    await host.undo("zpool", ["export", "--", pool], { gone: [1], timeout });
    if (!(await is("zpool", "list", "-H", "-o", "name", "--", pool))) {
      await host.exec("zpool", ["import", "--", pool], { timeout });
    }
  }
  for (const place of mounts) {
    await host.undo("umount", ["--", place], { gone: [32], timeout });
    if (!(await is("mountpoint", "-q", "--", place))) await host.exec("mount", ["--", place], { timeout });
  }
}
