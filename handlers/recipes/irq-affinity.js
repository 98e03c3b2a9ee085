// ---
// description: Move the host's interrupts off the processors that the guest is pinned to
// on: [qemu/prepare]
// when: {path: cputune/vcpupin}
// timeout: 20s
// allow:
//   write: [/proc/irq/*/smp_affinity_list]
// ---
// A second guest takes its processors from what the first has left; irqbalance has to be told too (IRQBALANCE_BANNED_CPULIST).
const numbers = (list) =>
  list.trim().split(",").flatMap((part) => {
    const [first, last = first] = part.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
/** @type {import("./handler.d.ts").Handler} */
export default async function (event, host) {
  const pinned = new Set(event.domain.cputune.pins.flatMap((pin) => pin.cpuset));
  let fixed = 0;
  for (const file of await host.fs.list("/proc/irq/*/smp_affinity_list")) {
    const now = numbers(await host.fs.read(file));
    const rest = now.filter((cpu) => !pinned.has(cpu));
    if (rest.length === now.length || rest.length === 0) continue;
    try {
      await host.fs.set(file, rest.join(","));
    } catch (error) {
      // The kernel refuses for interrupts that belong to one processor or that it manages itself.
      if (!["EIO", "EPERM", "ENOENT", "EINVAL"].includes(error.code)) throw error;
      fixed += 1;
    }
  }
  if (fixed > 0) host.log.info(`${fixed} interrupts cannot be moved`);
}
