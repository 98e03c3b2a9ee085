import assert from "node:assert/strict";
import type { Bench } from "../bench.ts";
import { LOG_HANDLER, matches, summarise } from "../calls.ts";
import { guest } from "../guests.ts";
import { handler, NOTES } from "../handlers.ts";

const FOREIGN = `#!/bin/bash
cat > /dev/null
echo "$2" >> ${NOTES}/foreign
`;

/** In `qemu.d`, beside an admin's own `hooks/qemu` and a link that leads nowhere. */
export async function placement(bench: Bench): Promise<void> {
  const rig = await bench.rig("rig-d", {
    starts: "plain",
    hooks: { qemu: FOREIGN, "qemu.d/50-hookvisor": "link" },
  });
  await Deno.symlink("/nonexistent/hookvisor", rig.path("/etc/libvirt/hooks/qemu.d/60-gone"));
  await rig.write("/run/v1.xml", guest("v1"));
  await rig.must("define", "/run/v1.xml");

  await bench.check("qemu.d/50-hookvisor beside a foreign hooks/qemu: both run", async () => {
    await rig.handlers({ "00-calls": LOG_HANDLER });
    await rig.must("start", "v1");
    await rig.must("destroy", "v1");
    const seen = summarise(await rig.calls());
    assert.ok(matches(seen, ["qemu v1: prepare start started stopped release=destroyed"]), seen.join());
    assert.equal(await rig.read(`${NOTES}/foreign`), "prepare\nstart\nstarted\nstopped\nrelease\n");
  });

  await bench.check("from qemu.d a handler aborts prepare, with its reason", async () => {
    await rig.handlers({ "20-x": handler({ on: "qemu/prepare", body: 'host.fail("not today");' }) });
    const { code, stderr } = await rig.virsh("start", "v1");
    assert.notEqual(code, 0);
    assert.ok(stderr.includes("hookvisor: v1: prepare refused by 20-x: not today"), stderr);
  });
}
