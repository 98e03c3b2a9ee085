// ---
// description: Make the mediated devices (vGPU) that a guest names, and remove them when it is gone
// on: [qemu/prepare]
// when: {path: "devices/hostdev[@type='mdev']"}
// timeout: 20s
// allow:
//   read: [/sys/bus/mdev/devices/*, /sys/class/mdev_bus/*/mdev_supported_types/*/available_instances]
//   write: [/sys/class/mdev_bus/*/mdev_supported_types/*/create, /sys/bus/mdev/devices/*/remove]
// options:
//   parent: "0000:00:02.0"
//   type: i915-GVTg_V5_4
// ---
// The UUID is the guest's own, in its XML. One that is there already is used and left.
/** @type {import("./handler.d.ts").Handler} */
export default async function (event, host) {
  const place = `/sys/class/mdev_bus/${host.options.parent}/mdev_supported_types/${host.options.type}`;
  for (const { mdev } of event.domain.hostdevs) {
    if (mdev?.uuid === undefined) continue;
    const device = `/sys/bus/mdev/devices/${mdev.uuid}`;
    if (await host.fs.exists(device)) continue;
    const left = Number(await host.fs.read(`${place}/available_instances`));
    if (left === 0) host.fail(`${host.options.parent} has no ${host.options.type} left`);
    await host.fs.undo(`${device}/remove`, "1", { gone: ["ENODEV"] });
    await host.fs.write(`${place}/create`, mdev.uuid);
  }
}
