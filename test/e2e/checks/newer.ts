import assert from "node:assert/strict";
import type { Bench } from "../bench.ts";
import { LOG_HANDLER, matches, summarise } from "../calls.ts";
import { guest } from "../guests.ts";
import { handler } from "../handlers.ts";
import type { Libvirt } from "../libvirt.ts";

const NAMESPACE = "urn:example:note";

/** A guest moves from an older libvirt to that of this run: each side's hooks have their calls, and a handler edits its XML. */
export async function newer(bench: Bench, older: Libvirt): Promise<void> {
  const from = await bench.rig("rig-old", { peer: 7, libvirt: older });
  const to = await bench.rig("rig-new", { peer: 8 });
  await from.link(to);
  const note = handler({
    on: "qemu/migrate",
    allow: ["xml: true"],
    body:
      `host.xml.append(".", \`<metadata><n:note xmlns:n="${NAMESPACE}">\${event.name} came here</n:note></metadata>\`);`,
  });
  await from.handlers({ "00-calls": LOG_HANDLER });
  await from.write("/run/m1.xml", guest("m1"));
  const [old, new_] = await Promise.all([from, to].map((rig) => rig.must("version", "--daemon")));
  const version = (said: string) => /Running against daemon: (\S+)/.exec(said)?.[1];
  bench.report.note(`from ${version(old!)} to ${version(new_!)}`);

  for (const [way, flags] of [["live", []], ["live, peer to peer", ["--p2p"]]] as const) {
    await bench.check(`from ${older.name}: ${way}; a handler's note arrives`, async () => {
      await to.handlers({ "00-calls": LOG_HANDLER, "20-note": note });
      const before = await Promise.all([from.calls(), to.calls()]);
      await from.must("create", "/run/m1.xml");
      await from.must("migrate", "--live", ...flags, "m1", `qemu+tcp://${to.address}/system`);
      assert.equal((await to.must("domstate", "m1")).trim(), "running");
      assert.match(await to.must("metadata", "m1", NAMESPACE), /m1 came here/);
      await to.must("destroy", "m1");
      for (
        const [rig, i, expected] of [
          [from, 0, "qemu m1: prepare start started stopped release=migrated"],
          [to, 1, "qemu m1: migrate prepare start started stopped release=destroyed"],
        ] as const
      ) {
        const seen = async () => summarise((await rig.calls()).slice(before[i]!.length));
        await rig.until(`${expected} on ${rig.name}`, async () => matches(await seen(), [expected]));
      }
    });
  }
  await bench.check(`from ${older.name}: a handler refuses; the guest stays where it is`, async () => {
    await to.handlers({ "20-x": handler({ on: "qemu/migrate", body: 'host.fail("no room here");' }) });
    await from.must("create", "/run/m1.xml");
    const { code, stderr } = await from.virsh("migrate", "--live", "m1", `qemu+tcp://${to.address}/system`);
    assert.notEqual(code, 0);
    assert.match(stderr, /hookvisor: m1: migrate refused by 20-x: no room here/);
    assert.equal((await from.must("domstate", "m1")).trim(), "running");
    await from.must("destroy", "m1");
  });
}
