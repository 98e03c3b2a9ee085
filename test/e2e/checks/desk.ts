import assert from "node:assert/strict";
import type { Bench } from "../bench.ts";
import { guest } from "../guests.ts";
import type { Ended } from "../machine.ts";

/** What a new admin does: from a package to a handler that works, and to why a guest did not start. */
export async function desk(bench: Bench): Promise<void> {
  const rig = await bench.rig("rig-desk", { hooks: {} });
  const hookvisor = (...args: string[]): Promise<Ended> => rig.run(["hookvisor", ...args]);
  const good = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await hookvisor(...args);
    assert.equal(code, 0, `hookvisor ${args.join(" ")}: ${stdout}${stderr}`);
    return stdout;
  };
  const file = "/etc/hookvisor/handlers/20-memory.js";
  await rig.write("/run/v1.xml", guest("v1"));
  await rig.must("define", "/run/v1.xml");

  await bench.check("new, check, types and run --dry-run before libvirt knows of anything", async () => {
    await good("new", "20-memory", "--recipe", "memory-guard");
    await good("types");
    assert.match(await good("check", "--strict"), /20-memory +qemu\/prepare +read \/proc\/meminfo/);
    assert.match(await good("run", "qemu/prepare", "--guest", "v1", "--dry-run"), /20-memory {2}success/);
  });

  await bench.check(
    "install finds the place, says that the running daemon must be reloaded, and does it",
    async () => {
      const said = await good("install");
      assert.match(said, /qemu\.d\/50-hookvisor: created/);
      assert.match(said, /(libvirtd|virtqemud) \(pid \d+\) started when no hook existed for .*qemu/);
      const { code, stdout } = await hookvisor("doctor", "--quiet");
      assert.equal(code, 1, stdout);
      assert.match(stdout, /warn {2}(libvirtd|virtqemud) .*started before the first hook/);
      assert.match(
        await good("install", "--reload"),
        /(libvirtd|virtqemud) \(pid \d+\) was reloaded and has called the hook/,
      );
      assert.doesNotMatch(
        (await hookvisor("doctor", "--quiet")).stdout,
        /^(warn|fail) +(libvirtd|virtqemud)/m,
      );
      assert.doesNotMatch(await good("install"), /reload/);
    },
  );

  await bench.check("a real start is in the history, with its timeline", async () => {
    await rig.must("start", "v1");
    await rig.must("destroy", "v1");
    assert.match(await good("history", "--guest", "v1"), /qemu\/prepare +v1 +20-memory .* success/);
    const shown = await good("history", "show", "last", "--operation", "qemu/prepare");
    assert.match(
      shown,
      /called by (?:libvirtd|virtqemud)[^]*fs\.read \/proc\/meminfo[^]*wants 32 MiB[^]*continues the start/,
    );
  });

  await bench.check("a broken handler: virsh shows why, and so do history, check and doctor", async () => {
    await rig.write(file, `${await rig.read(file)}\nlet = ;\n`);
    const { code, stderr } = await rig.virsh("start", "v1");
    assert.notEqual(code, 0);
    assert.match(stderr, /hookvisor: v1: prepare refused by 20-memory: SyntaxError/);
    assert.match(
      await good("history", "--failed"),
      /qemu\/prepare +v1 .*abort +v1: prepare refused by 20-memory/,
    );
    const checked = await hookvisor("check");
    assert.equal(checked.code, 1);
    assert.match(checked.stdout, /20-memory\.js:\d+:\d+: error: SyntaxError[^]*let = ;\n +\| +\^/);
    const doctor = await hookvisor("doctor", "--quiet");
    assert.equal(doctor.code, 2);
    assert.match(doctor.stdout, /fail {2}handlers +20-memory is invalid: SyntaxError/);
  });

  await bench.check("record: true keeps the real call, and replay plays it", async () => {
    await rig.write("/etc/hookvisor/config.yaml", "record: true\n");
    await good("new", "30-hello", "--on", "qemu/prepare");
    await rig.run(["rm", file]);
    await rig.must("start", "v1");
    await rig.must("destroy", "v1");
    assert.match(await good("replay", "--list"), /qemu\/prepare +v1 /);
    const replayed = await good("run", "qemu/prepare", "--guest", "v1", "--dry-run");
    assert.match(replayed, /log info prepare of v1[^]*xml +the call /);
  });

  await bench.check("uninstall leaves no link, and libvirt calls nothing any more", async () => {
    await good("uninstall");
    const before = await good("history", "-n", "all", "--json");
    await rig.must("start", "v1");
    await rig.must("destroy", "v1");
    assert.equal(await good("history", "-n", "all", "--json"), before);
  });
}
