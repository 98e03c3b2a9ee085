// ---
// description: Pause a guest whose disk is full, and say so
// on: [qemu/io-error]
// guests: ["*"]
// timeout: 10s
// allow:
//   exec:
//     - virsh -c qemu:///system suspend *
//     - logger -t libvirt-guests -p daemon.crit -- *
// ---
// QEMU itself pauses it where the disk has error_policy='stop' or 'enospace', its default; else this does. With 'report'
// the disk must have rerror_policy='stop' too: without it QEMU does not say that the disk is full. When there is room
// again: virsh resume. It needs hookvisor watch.
/** @type {import("./handler.d.ts").Handler} */
export default async function (event, host) {
  if (event.reason !== "enospc") return;
  if (event.action !== "pause") await host.exec("virsh", ["-c", "qemu:///system", "suspend", event.uuid]);
  const text = `${event.name} is paused: no space left for ${event.disk ?? event.device} in ${event.path}`;
  await host.exec("logger", ["-t", "libvirt-guests", "-p", "daemon.crit", "--", text]);
}
