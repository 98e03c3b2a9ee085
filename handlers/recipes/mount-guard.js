// ---
// description: Refuse to start a guest while the file system with its disks is not mounted
// on: [qemu/prepare]
// guests: ["*"]
// timeout: 5s
// allow:
//   read: [/proc/self/mounts]
// options:
//   mountPoint: /srv/images
// ---
/** @type {import("./handler.d.ts").Handler} */
export default async function (event, host) {
  const { mountPoint } = host.options;
  const inUse = event.domain.disks.some((disk) => (disk.path ?? "").startsWith(`${mountPoint}/`));
  if (!inUse) return;
  const mounts = (await host.fs.read("/proc/self/mounts")).split("\n").map((line) => line.split(" ")[1]);
  if (!mounts.includes(mountPoint)) host.fail(`${mountPoint} is not mounted`);
}
