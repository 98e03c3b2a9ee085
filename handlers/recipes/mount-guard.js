// ---
// description: Refuse to start a guest while the file system with its disks is not mounted
// on: [qemu/prepare]
// timeout: 5s
// allow:
//   read: [/proc/self/mounts]
// options:
//   mountPoints: [/srv/images]
// ---
// Only for guests with a disk below one of them.
/** @type {import("./handler.d.ts").Handler} */
export default async function (event, host) {
  const plain = (place) =>
    place.replace(/\\([0-7]{3})/g, (_, code) => String.fromCharCode(parseInt(code, 8)));
  const mounts = (await host.fs.read("/proc/self/mounts")).split("\n").map((line) =>
    plain(line.split(" ")[1] ?? "")
  );
  for (const place of host.options.mountPoints) {
    const inUse = event.domain.disks.some((disk) => (disk.path ?? "").startsWith(`${place}/`));
    if (inUse && !mounts.includes(place)) host.fail(`${place} is not mounted`);
  }
}
