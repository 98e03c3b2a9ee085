import assert from "node:assert/strict";
import type { Bench } from "../bench.ts";
import { guest } from "../guests.ts";
import type { Host } from "../host.ts";
import { FIREWALL, SETTINGS, settings } from "./recipes.ts";

/** What a guest changed comes back, whoever is killed. */
export async function killed(bench: Bench, host: Host): Promise<void> {
  await host.handlers({ "20-firewall": FIREWALL, "30-settings": SETTINGS });
  for (const name of ["k1", "k2"]) await host.vm.file(`/root/${name}.xml`, guest(name));
  const before = await settings(host);
  const pid = async (name: string) => (await host.vm.must(`cat /run/libvirt/qemu/${name}.pid`)).trim();

  await bench.check("kill -9 of a guest: libvirt's release brings all back", async () => {
    await host.calls();
    await host.vm.must("virsh -q create /root/k1.xml");
    assert.notDeepEqual(await settings(host), before);
    await host.vm.must(`kill -9 ${await pid("k1")}`);
    await host.callsUntil("qemu/release", "k1");
    assert.deepEqual(await settings(host), before);
  });
  await bench.check(
    "kill -9 of libvirtd: systemd starts it, the guest runs on with what it has",
    async () => {
      await host.vm.must("virsh -q create /root/k1.xml");
      const set = await settings(host);
      await host.vm.must("kill -9 $(pidof libvirtd)");
      await host.callsUntil("qemu/reconnect", "k1");
      assert.equal((await host.vm.must("virsh -q domstate k1")).trim(), "running");
      assert.deepEqual(await settings(host), set);
    },
  );
  await bench.check(
    "kill -9 of both: the daemon's start brings all back, before anybody can ask it",
    async () => {
      await host.calls();
      await host.vm.must(`kill -9 $(pidof libvirtd) ${await pid("k1")}`);
      await host.vm.must("virsh -q list");
      assert.deepEqual(await settings(host), before);
      const [start] = (await host.calls()).filter((call) =>
        call.driver === "daemon" && call.operation === "start"
      );
      assert.ok((start?.undone?.length ?? 0) >= 3, JSON.stringify(start));
      assert.equal((await host.vm.must("virsh -q list --name")).trim(), "");
    },
  );
}
