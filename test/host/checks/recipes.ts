import assert from "node:assert/strict";
import { handler } from "../../e2e/handlers.ts";
import type { Bench } from "../bench.ts";
import { guest } from "../guests.ts";
import { CONFIG, type Host } from "../host.ts";
import { wentWell } from "../play.ts";

const PAGES = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages";
const FORWARD = "/proc/sys/net/ipv4/ip_forward";
const SLICES = ["system.slice", "user.slice", "init.scope"];

/** A firewall of a guest's own, which comes and goes with it. */
export const FIREWALL = handler({
  on: "qemu/prepare",
  allow: [
    "exec:",
    "  - nft add table inet guest_*",
    "  - nft add chain inet guest_* input *",
    "  - nft delete table inet guest_*",
  ],
  body: `const table = \`guest_\${event.name}\`;
  await host.undo("nft", ["delete", "table", "inet", table]);
  await host.exec("nft", ["add", "table", "inet", table]);
  await host.exec("nft", ["add", "chain", "inet", table, "input", "{ type filter hook input priority 0; policy accept; }"]);`,
});

/** Settings of the kernel's, while a guest runs. */
export const SETTINGS = handler({
  on: "qemu/prepare",
  allow: [`write: [${FORWARD}, ${PAGES}]`],
  body: `await host.fs.set("${FORWARD}", "1");
  await host.fs.set("${PAGES}", "16");`,
});

/** What the host is like, as far as these handlers change it. */
export async function settings({ vm }: Host): Promise<Record<string, string>> {
  const read = async (script: string) => (await vm.must(script)).trim();
  return {
    allowed: await read(`systemctl show -P AllowedCPUs ${SLICES.join(" ")} | xargs`),
    effective: await read(
      "cat /sys/fs/cgroup/system.slice/cpuset.cpus.effective 2> /dev/null || cat /sys/devices/system/cpu/online",
    ),
    tables: await read("nft list tables | grep guest_ || true"),
    forward: await read(`cat ${FORWARD}`),
    pages: await read(`cat ${PAGES}`),
  };
}

/** Handlers with the real systemd, nft, sysctl and huge pages. */
export async function recipes(bench: Bench, host: Host): Promise<void> {
  // Debian's policy for SELinux lets libvirtd label no file in /dev/hugepages.
  const guestInPages = host.security === "apparmor";
  await host.handlers({ "20-firewall": FIREWALL, "30-settings": SETTINGS });
  await host.vm.must("hookvisor new 10-cpus --recipe cpu-isolation");
  await host.vm.must(`rm -f ${CONFIG}`);
  const pages = guestInPages ? "<memoryBacking><hugepages/></memoryBacking>" : "";
  const pinned = `${pages}<cputune><vcpupin vcpu='0' cpuset='0'/></cputune>`;
  for (const [name, more] of [["r1", pinned], ["r2", ""]] as const) {
    await host.vm.file(`/root/${name}.xml`, guest(name, "", more));
  }
  await host.vm.must("hookvisor check --strict");
  const before = await settings(host);
  await host.calls();

  await bench.check(
    "systemd, nft, sysctl and huge pages are set while a guest runs that needs them",
    async () => {
      await host.vm.must("virsh -q create /root/r1.xml");
      const now = await settings(host);
      assert.equal(now.allowed, "1 1 1");
      assert.equal(now.effective, "1");
      assert.equal(now.tables, "table inet guest_r1");
      assert.deepEqual([now.forward, now.pages], ["1", "16"]);
      const free = await host.vm.must("cat /sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages");
      assert.match(free, guestInPages ? /^[0-9]$/m : /^16$/m);
    },
  );
  await bench.check(
    "a second guest comes, the first goes: the kernel's settings that both wanted stay",
    async () => {
      await host.vm.must("virsh -q create /root/r2.xml && virsh -q destroy r1");
      const now = await settings(host);
      assert.deepEqual([now.tables, now.forward, now.pages], ["table inet guest_r2", "1", "16"]);
    },
  );
  await bench.check("the last goes: all is as it was", async () => {
    await host.vm.must("virsh -q destroy r2");
    const calls = await host.callsUntil("qemu/release", "r2");
    wentWell(calls);
    assert.deepEqual(await settings(host), before);
    assert.match(await host.vm.must("hookvisor undo --list"), /nothing/i);
  });
}
