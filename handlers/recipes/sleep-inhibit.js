// ---
// description: Keep the host from going to sleep while a guest runs
// on: [qemu/started, qemu/reconnect]
// timeout: 10s
// allow:
//   exec:
//     - systemctl is-active --quiet hookvisor-awake-*.service
//     - systemctl stop hookvisor-awake-*.service
//     - systemd-run --quiet --collect --unit=hookvisor-awake-*.service -- systemd-inhibit --what=sleep:idle --who=* --why=* tail --pid=* -f /dev/null
//   read: [/run/libvirt/qemu/*.pid]
// ---
// A unit of systemd's own that watches QEMU: it ends with the guest, also when libvirtd and this hook never get to know.
/** @type {import("./handler.d.ts").Handler} */
export default async function (event, host) {
  const unit = `hookvisor-awake-${event.uuid}.service`;
  const runs = await host.exec("systemctl", ["is-active", "--quiet", unit], { check: false });
  if (runs.code === 0) return;
  const pid = (await host.fs.read(`/run/libvirt/qemu/${event.name}.pid`)).trim();
  // 5: systemd does not know the unit any more.
  await host.undo("systemctl", ["stop", unit], { gone: [5] });
  const inhibit = ["systemd-inhibit", "--what=sleep:idle", `--who=${event.name}`, "--why=a guest runs"];
  const untilThen = ["tail", `--pid=${pid}`, "-f", "/dev/null"];
  await host.exec("systemd-run", ["--quiet", "--collect", `--unit=${unit}`, "--", ...inhibit, ...untilThen]);
}
