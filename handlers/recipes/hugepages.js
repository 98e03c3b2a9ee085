/*---
description: Reserve 2 MiB huge pages for a guest that asks for them, and give them back
on: [qemu/prepare]
timeout: 20s
allow:
  write: [/proc/sys/vm/compact_memory]
  read: [/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages]
  exec: [sysctl --quiet --write vm.nr_hugepages=*, sysctl --values vm.nr_hugepages]
---*/
/** @type {import("./handler.d.ts").Handler} */
export default async function (event, host) {
  if (event.domain.find("memoryBacking/hugepages") === undefined) return;
  const wanted = Math.ceil(event.domain.memoryKiB / 2048);
  const free = "/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages";
  await host.lock("hugepages", async () => {
    const missing = wanted - Number(await host.fs.read(free));
    if (missing <= 0) return;
    const before = Number((await host.exec("sysctl", ["--values", "vm.nr_hugepages"])).stdout);
    const set = (pages) => ["--quiet", "--write", `vm.nr_hugepages=${pages}`];
    await host.undo("sysctl", set(before));
    await host.fs.write("/proc/sys/vm/compact_memory", "1");
    await host.exec("sysctl", set(before + missing));
    const got = Number(await host.fs.read(free));
    if (got < wanted) host.fail(`the host could free ${got} of ${wanted} huge pages`);
  });
}
