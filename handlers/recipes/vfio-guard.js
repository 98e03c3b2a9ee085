// ---
// description: Refuse to start a guest while one of its PCI devices is in use by another driver
// on: [qemu/start]
// when: {hostdev: true}
// timeout: 5s
// allow:
//   read: [/sys/bus/pci/devices/*/driver]
// options:
//   drivers: [vfio-pci, pci-stub]
// ---
// libvirt binds devices with managed='yes' itself, before the operation start.
/** @type {import("./handler.d.ts").Handler} */
export default async function (event, host) {
  for (const address of event.domain.hostPciAddresses) {
    const link = `/sys/bus/pci/devices/${address}/driver`;
    const target = await host.fs.readlink(link).catch(() => "");
    const driver = target.split("/").at(-1);
    if (driver === "") host.fail(`${address} is bound to no driver; is the device there?`);
    if (!host.options.drivers.includes(driver)) host.fail(`${address} is still bound to ${driver}`);
  }
}
