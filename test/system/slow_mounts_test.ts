import { deepEqual, equal, throws } from "node:assert/strict";
import { parseMounts } from "../../src/system/mount_info.ts";
import { guarded, MayHang, mayHang, refuseSlow, slowMounts } from "../../src/system/slow_mounts.ts";

// Lines of real hosts (proc_pid_mountinfo(5) says what the fields are), their paths changed.
const LINES = {
  root: "22 1 253:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard",
  nfsRoot: "22 1 0:15 / / rw,relatime - nfs 10.0.0.1:/root rw,vers=3",
  run: "25 22 0:22 / /run rw,nosuid,nodev shared:5 - tmpfs tmpfs rw,size=395252k,mode=755",
  nfs: "90 22 0:52 / /srv/images rw,relatime shared:50 - nfs4 nas:/images rw,vers=4.2,hard",
  fuse: "91 22 0:53 / /mnt/with\\040blank rw,nosuid - fuse.sshfs host:/x rw,user_id=0",
  automount: "40 22 0:35 / /boot/efi rw,relatime shared:12 - autofs systemd-1 rw,fd=52",
  efi: "95 40 253:1 / /boot/efi rw,relatime shared:60 - vfat /dev/vda1 rw",
  bind: "96 22 0:52 /sub /opt/bound rw,relatime - nfs4 nas:/images/sub rw",
};

Deno.test("slowMounts() gives what another machine or a process serves, and nothing of this host's", () => {
  const all = Object.entries(LINES).filter(([name]) => name !== "nfsRoot").map(([, line]) => line).join("\n");
  deepEqual(slowMounts(parseMounts(`${all}\n`)), ["/srv/images", "/mnt/with blank", "/opt/bound"]);
});

Deno.test("slowMounts() gives an automount that nothing is mounted on yet", () => {
  deepEqual(slowMounts(parseMounts([LINES.root, LINES.automount].join("\n"))), ["/boot/efi"]);
});

Deno.test("slowMounts() does not give the root, on which the program itself lies", () => {
  deepEqual(slowMounts(parseMounts([LINES.nfsRoot, LINES.nfs].join("\n"))), ["/srv/images"]);
  deepEqual(slowMounts(parseMounts("")), []);
});

Deno.test("a file system of a kind that nobody knows counts as slow", () => {
  deepEqual(slowMounts(parseMounts(LINES.run.replace("- tmpfs", "- newfs"))), ["/run"]);
});

Deno.test("on this host neither /proc nor /sys may hang, whether something else does or not", () => {
  equal(mayHang("/proc/self/maps"), false);
  equal(mayHang("/sys/class/net"), false);
  guarded(() => refuseSlow("/proc/self/maps"));
  throws(() => {
    throw new MayHang("/srv");
  }, /^MayHang: \/srv lies on a file system that may not answer$/);
});
