// ---
// description: Keep the host's services off the processors that running guests are pinned to
// on: [qemu/prepare, qemu/release, daemon/start]
// timeout: 10s
// allow:
//   exec:
//     - systemctl set-property --runtime -- system.slice AllowedCPUs=*
//     - systemctl set-property --runtime -- user.slice AllowedCPUs=*
//     - systemctl set-property --runtime -- init.scope AllowedCPUs=*
//   read: [/sys/devices/system/cpu/online, /run/libvirt/qemu/*.pid]
// ---
// From each guest's own <vcpupin>. Several guests add up, so that no guest's end may give the host all processors:
// what each has is kept, and the rest is the host's.
const numbers = (list) =>
  list.trim().split(",").flatMap((part) => {
    const [first, last = first] = part.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
/** @type {import("./handler.d.ts").Handler} */
export default async function (event, host) {
  await host.lock("cpu-isolation", async () => {
    const guests = new Set(await host.state.host.list());
    const before = guests.size;
    if (event.operation === "prepare") {
      const pins = event.domain.cputune.pins.flatMap((pin) => pin.cpuset);
      if (pins.length === 0) return;
      await host.state.host.set(event.name, pins);
      guests.add(event.name);
    } else if (event.operation === "release") guests.delete(event.name);
    else if (["libvirtd", "virtqemud"].includes(event.daemon)) {
      for (const name of guests) {
        if (!(await host.fs.exists(`/run/libvirt/qemu/${name}.pid`))) guests.delete(name);
      }
    }
    if (event.operation !== "prepare" && guests.size === before) return;

    const taken = (await Promise.all([...guests].map((name) => host.state.host.get(name)))).flat();
    const own = numbers(await host.fs.read("/sys/devices/system/cpu/online")).filter((cpu) =>
      !taken.includes(cpu)
    );
    if (own.length === 0) host.fail("the guests' pins leave no processor for the host");
    for (const unit of ["system.slice", "user.slice", "init.scope"]) {
      const cpus = taken.length === 0 ? "" : own.join(",");
      await host.exec("systemctl", ["set-property", "--runtime", "--", unit, `AllowedCPUs=${cpus}`]);
    }
    for (const name of await host.state.host.list()) {
      if (!guests.has(name)) await host.state.host.delete(name);
    }
  });
}
