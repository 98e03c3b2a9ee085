// ---
// description: Take a snapshot of a guest's qcow2 disks before each start, and keep the last few
// on: [qemu/prepare]
// timeout: 60s
// allow:
//   exec:
//     - qemu-img snapshot -l /var/lib/libvirt/images/*
//     - qemu-img snapshot -c before-start-* /var/lib/libvirt/images/*
//     - qemu-img snapshot -d before-start-* /var/lib/libvirt/images/*
// options:
//   keep: 3
// ---
// The disk is nobody's before the guest starts. Back: qemu-img snapshot -a before-start-… FILE, while it is off.
// A shared or read-only disk is left alone.
/** @type {import("./handler.d.ts").Handler} */
export default async function (event, host) {
  const now = new Date().toISOString().slice(0, 19).replaceAll(":", "");
  for (const { device, driver, path, readonly, shareable } of event.domain.disks) {
    if (device !== "disk" || driver?.type !== "qcow2" || path === undefined || readonly || shareable) {
      continue;
    }
    const image = (...words) => host.exec("qemu-img", ["snapshot", ...words, path], { timeout: "40s" });
    await image("-c", `before-start-${now}`);
    const names = (await image("-l")).stdout.match(/\bbefore-start-\S+/g) ?? [];
    for (const old of names.sort().slice(0, -host.options.keep)) await image("-d", old);
  }
}
