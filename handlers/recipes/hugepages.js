// ---
// description: Allocate the huge pages of a guest before it starts, and give them back
// on: [qemu/prepare, qemu/release, daemon/start]
// timeout: 60s
// allow:
//   read: [/proc/meminfo, /run/libvirt/qemu/*.pid]
//   write: [/sys/kernel/mm/hugepages/hugepages-*kB/nr_hugepages, /proc/sys/vm/compact_memory]
// options:
//   patienceSeconds: 30
// ---
// For guests with <memoryBacking><hugepages/>. Pages that the host had before stay; those of several guests add up.
/** @type {import("./handler.d.ts").Handler} */
export default async function (event, host) {
  const kept = host.state.host;
  const file = (sizeKiB) => `/sys/kernel/mm/hugepages/hugepages-${sizeKiB}kB/nr_hugepages`;
  const count = async (sizeKiB) => Number(await host.fs.read(file(sizeKiB)));
  const give = async (name) => {
    const held = await kept.get(`guest ${name}`);
    if (held === null) return;
    await host.fs.write(file(held.sizeKiB), Math.max(0, (await count(held.sizeKiB)) - held.pages));
    await kept.delete(`guest ${name}`);
  };
  await host.lock("hugepages", async () => {
    if (event.operation === "release") return await give(event.name);
    if (event.driver === "daemon") {
      if (!["libvirtd", "virtqemud"].includes(event.daemon)) return;
      for (const name of (await kept.list("guest ")).map((key) => key.slice("guest ".length))) {
        if (!(await host.fs.exists(`/run/libvirt/qemu/${name}.pid`))) await give(name);
      }
      return;
    }
    const [page] = event.domain.memoryBacking.hugepages ?? [{ sizeKiB: 0 }];
    if (page?.sizeKiB === 0) return;
    const usual = /^Hugepagesize:\s+(\d+) kB$/m.exec(await host.fs.read("/proc/meminfo"))?.[1];
    const sizeKiB = page?.sizeKiB ?? Number(usual);
    await give(event.name);
    const before = await count(sizeKiB);
    const wanted = before + Math.ceil(event.domain.memoryKiB / sizeKiB);
    const enough = async () => {
      await host.fs.write(file(sizeKiB), wanted);
      const got = await count(sizeKiB);
      await kept.set(`guest ${event.name}`, { sizeKiB, pages: got - before });
      if (got < wanted) await host.fs.write("/proc/sys/vm/compact_memory", 1);
      return got >= wanted;
    };
    await host.waitFor(enough, { every: 500, timeout: host.options.patienceSeconds * 1000 }).catch(
      async () => {
        const got = (await count(sizeKiB)) - before;
        await give(event.name);
        host.fail(`${wanted - before} huge pages of ${sizeKiB} KiB requested, ${got} are available`);
      },
    );
  });
}
