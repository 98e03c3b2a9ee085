// ---
// description: Tell the system's log of guests that crash, reboot, hang or run out of disk
// on: [qemu/crashed, libxl/crashed, "*/rebooted", qemu/watchdog, qemu/io-error, qemu/memory-failure, qemu/device-removal-failed]
// guests: ["*"]
// timeout: 10s
// allow:
//   exec: [logger -t libvirt-guests -p daemon.warning -- *]
// ---
// logger is on every host; another program, for mail or a chat, takes its place in both lines. It needs hookvisor watch.
const COMMON = [
  "driver",
  "operation",
  "subOperation",
  "extra",
  "name",
  "uuid",
  "xml",
  "domain",
  "network",
  "port",
];

/** @type {import("./handler.d.ts").Handler} */
export default async function (event, host) {
  const details = Object.keys(event).filter((key) => !COMMON.includes(key) && event[key])
    .map((key) => `${key} ${event[key]}`).join(", ");
  const text = `${event.name}: ${event.operation}${details === "" ? "" : ` (${details})`}`;
  await host.exec("logger", ["-t", "libvirt-guests", "-p", "daemon.warning", "--", text]);
}
