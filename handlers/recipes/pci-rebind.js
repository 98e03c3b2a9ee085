// ---
// description: Bind the guest's PCI devices to vfio-pci and give them back, instead of virsh nodedev-detach
// on: [qemu/prepare]
// when: {hostdev: true}
// timeout: 60s
// allow:
//   exec: [modprobe vfio-pci]
//   read: [/sys/bus/pci/devices/*/driver, /sys/bus/pci/drivers/vfio-pci]
//   write:
//     - /sys/bus/pci/devices/*/driver_override
//     - /sys/bus/pci/drivers/*/unbind
//     - /sys/bus/pci/drivers_probe
// ---
// For devices with managed='no'; with managed='yes' libvirt does this itself, after prepare.
const PCI = "/sys/bus/pci";
/** @type {import("./handler.d.ts").Handler} */
export default async function (event, host) {
  const driver = async (address) => {
    const link = await host.fs.readlink(`${PCI}/devices/${address}/driver`).catch(() => "");
    return link.split("/").at(-1);
  };
  await host.exec("modprobe", ["vfio-pci"]);
  for (const address of event.domain.hostPciAddresses) {
    const before = await driver(address);
    if (before === "vfio-pci") continue;
    // Played back last to first: away from vfio-pci, no override, then the kernel looks for the driver again.
    await host.fs.undo(`${PCI}/drivers_probe`, address);
    await host.fs.set(`${PCI}/devices/${address}/driver_override`, "vfio-pci");
    await host.fs.undo(`${PCI}/drivers/vfio-pci/unbind`, address, { gone: ["ENODEV"] });
    // A driver in use lets the kernel wait here: the deadline ends it, and the reason names this file.
    if (before !== "") await host.fs.write(`${PCI}/drivers/${before}/unbind`, address);
    await host.fs.write(`${PCI}/drivers_probe`, address);
    await host.waitFor(async () => (await driver(address)) === "vfio-pci", { timeout: 5000 })
      .catch(() => host.fail(`${address} is not bound to vfio-pci (it was at ${before || "no driver"})`));
    host.log.info(`${address}: ${before || "no driver"} -> vfio-pci`);
  }
}
