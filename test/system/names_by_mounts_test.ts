import { deepEqual } from "node:assert/strict";
import { parseMounts } from "../../src/system/mount_info.ts";
import { namesByMounts } from "../../src/system/names_by_mounts.ts";

// In the form of proc_pid_mountinfo(5); made for this test.
const names = (path: string, ...mounts: string[]) =>
  namesByMounts(path, parseMounts(["1 0 8:1 / / rw - ext4 /dev/sda1 rw", ...mounts].join("\n")));

Deno.test("a file has a name through each mount of its file system that shows it", () => {
  const mounts = [
    "2 1 8:1 /srv/data /mnt/bound rw - ext4 /dev/sda1 rw",
    "3 1 8:1 /srv/data/deep /mnt/with\\040blank rw - ext4 /dev/sda1 rw",
    "4 1 8:2 /srv/data /mnt/other rw - ext4 /dev/sdb1 rw",
  ];
  deepEqual(names("/srv/data/deep/x", ...mounts), ["/mnt/bound/deep/x", "/mnt/with blank/x"]);
  deepEqual(names("/mnt/with blank/x", ...mounts), ["/srv/data/deep/x", "/mnt/bound/deep/x"]);
  deepEqual(names("/srv/data", ...mounts), ["/mnt/bound"]);
  deepEqual(names("/srv/database", ...mounts), []);
  deepEqual(names("/mnt/other/deep/x", ...mounts), []);
});

Deno.test("a file system that is mounted as a whole in two places gives its files two names", () => {
  const sys = [
    "2 1 0:20 / /sys rw - sysfs sysfs rw",
    "3 2 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw",
    "4 1 0:20 / /srv/root/sys rw - sysfs sysfs rw",
  ];
  deepEqual(names("/srv/root/sys/kernel/x", ...sys), ["/sys/kernel/x"]);
  deepEqual(names("/sys/fs/cgroup/x", ...sys), []);
});

Deno.test("what lies on a covered mount point belongs to the mount that covers it", () => {
  const mounts = [
    "2 1 8:2 / /a/b rw - ext4 /dev/sdb1 rw",
    "3 1 8:3 / /a rw - ext4 /dev/sdc1 rw",
    "4 3 8:4 / /a rw - ext4 /dev/sdd1 rw",
    "5 1 8:4 / /other rw - ext4 /dev/sdd1 rw",
  ];
  deepEqual(names("/a/b/x", ...mounts), ["/other/b/x"]);
});

Deno.test("without a mount of the root, as below chroot(2), and without any, nothing goes wrong", () => {
  const mounts = parseMounts(
    "2 1 8:1 /root/home /home rw - ext4 /dev/sda1 rw\n3 1 8:1 /root/home/u /mnt rw - ext4 /dev/sda1 rw",
  );
  deepEqual(namesByMounts("/home/u/x", mounts), ["/mnt/x"]);
  deepEqual(namesByMounts("/etc/x", mounts), []);
  deepEqual(namesByMounts("/etc/x", []), []);
});
