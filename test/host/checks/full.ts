import assert from "node:assert/strict";
import { handler } from "../../e2e/handlers.ts";
import type { Bench } from "../bench.ts";
import { guest } from "../guests.ts";
import type { Host } from "../host.ts";

const SWAPPINESS = "/proc/sys/vm/swappiness";

/** A full /var/log, then a full /run: no call fails for it that need not, and nothing is held for ever. */
export async function full(bench: Bench, host: Host): Promise<void> {
  await host.handlers({
    "10-set": handler({
      on: "qemu/prepare",
      allow: [`write: [${SWAPPINESS}]`],
      body: `await host.fs.set("${SWAPPINESS}", "30");`,
    }),
    "20-look": handler({ on: "*/*", body: "host.log.info(event.operation);" }),
  });
  const value = async () => (await host.vm.must(`cat ${SWAPPINESS}`)).trim();
  const before = await value();
  for (const name of ["f1", "f2"]) await host.vm.file(`/root/${name}.xml`, guest(name));

  await bench.check("a full /var/log: a guest starts and goes, what it changed comes back", async () => {
    await host.vm.must(`set -e
      mount -t tmpfs -o size=2m,mode=755 tmpfs /var/log
      mkdir -p /var/log/libvirt/qemu /var/log/hookvisor
      restorecon -R /var/log
      systemctl restart virtlogd
      virsh -q create /root/f2.xml
      dd if=/dev/zero of=/var/log/filler bs=4k 2> /dev/null || true
      [ "$(df --output=avail /var/log | tail -n 1)" -eq 0 ]`);
    assert.equal(await value(), "30");
    await host.vm.must("virsh -q destroy f2");
    assert.equal(await value(), before);
    const { code, stderr } = await host.virsh("create /root/f1.xml");
    bench.report.note(`a start with a full /var/log: ${code === 0 ? "the guest runs" : stderr.trim()}`);
    assert.doesNotMatch(stderr, /Hook script/);
    if (code === 0) {
      assert.equal(await value(), "30");
      await host.vm.must("virsh -q destroy f1");
    }
    assert.equal(await value(), before);
    await host.vm.must("umount --lazy /var/log; systemctl restart virtlogd");
    assert.match(await host.vm.must("journalctl -q -t hookvisor -n 20 --no-pager"), /release/);
  });

  await bench.check(
    "a full /run: a start that has to remember something is refused, a guest that goes gives all back",
    async () => {
      await host.vm.must("virsh -q create /root/f1.xml");
      assert.equal(await value(), "30");
      await host.vm.must(`dd if=/dev/zero of=/run/filler bs=4k 2> /dev/null || true
      [ "$(df --output=avail /run | tail -n 1)" -le 64 ] || { df /run; exit 1; }`);
      const refused = await host.virsh("create /root/f2.xml");
      bench.report.note(
        `a start with a full /run: ${refused.code === 0 ? "the guest runs" : refused.stderr.trim()}`,
      );
      assert.match(refused.stderr, /f2: prepare refused by 10-set: .*full/);
      // Its daemon may not be restarted now: libvirt itself ends a guest whose status it cannot save.
      const { code, stderr } = await host.virsh("destroy f1");
      assert.equal(code, 0, stderr);
      assert.equal(await value(), before, "the value did not come back with a full /run");
      await host.vm.must("rm /run/filler");
    },
  );
  await bench.check("with room again all is as ever, and nothing is left over", async () => {
    await host.vm.must("virsh -q create /root/f1.xml");
    assert.equal(await value(), "30");
    await host.vm.must("virsh -q destroy f1");
    assert.equal(await value(), before);
    assert.match(await host.vm.must("hookvisor undo --list"), /nothing/i);
  });
  await host.calls();
}
