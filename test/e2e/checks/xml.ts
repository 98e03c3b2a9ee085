import assert from "node:assert/strict";
import type { Bench } from "../bench.ts";
import { guest } from "../guests.ts";
import { handler } from "../handlers.ts";
import type { Rig } from "../rig.ts";

const NAMESPACE = "urn:example:note";
const DISK = (path: string) =>
  `<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='${path}'/><target dev='hda' bus='ide'/></disk>`;

/** Moves the guest's disk to another path and leaves a note. */
const move = (operation: string, to: string) =>
  handler({
    on: `qemu/${operation}`,
    allow: ["xml: true"],
    body: `host.xml.set("devices/disk[target/@dev='hda']/source/@file", "${to}");
    host.xml.append(".", \`<metadata><n:note xmlns:n="${NAMESPACE}">moved to ${to} &amp; noted by \${event.operation}</n:note></metadata>\`);`,
  });

/** Handlers that edit what migrate and restore give back to libvirt. */
export async function xml(bench: Bench): Promise<void> {
  const a = await bench.rig("rig-x", { peer: 3 });
  const b = await bench.rig("rig-y", { peer: 4 });
  await a.link(b);
  await a.write("/run/disk.img", "\0".repeat(512));
  await b.run(["mkdir", "-p", "/run/other"]);
  for (
    const [rig, path] of [[a, "/run/disk.img"], [a, "/run/restored.img"], [b, "/run/other/disk.img"]] as const
  ) {
    await rig.run(["truncate", "--size=1M", path]);
  }
  await a.write("/run/m1.xml", guest("m1", DISK("/run/disk.img")));

  await bench.check(
    "migrate: a handler breaks the XML; the migration fails with its name, the guest stays",
    async () => {
      await b.handlers({
        "20-break": handler({ on: "qemu/migrate", allow: ["xml: true"], body: 'host.xml.remove("uuid");' }),
      });
      await a.must("create", "/run/m1.xml");
      const { code, stderr } = await migrate(a, b);
      assert.notEqual(code, 0);
      assert.match(
        stderr,
        /hookvisor: m1: migrate refused by 20-break: it broke the XML: stdin after the edits:\d+:\d+: <uuid> is missing/,
      );
      assert.equal((await a.must("domstate", "m1")).trim(), "running");
      assert.doesNotMatch(await b.must("list", "--name"), /m1/);
    },
  );
  await bench.check("migrate: a handler moves a disk and adds a note; the guest runs with both", async () => {
    await b.handlers({ "20-move": move("migrate", "/run/other/disk.img") });
    const { code, stderr } = await migrate(a, b);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    await runsFrom(b, "/run/other/disk.img", "moved to /run/other/disk.img & noted by migrate");
    await b.must("destroy", "m1");
  });
  await bench.check("restore: a handler moves a disk and adds a note; the guest runs with both", async () => {
    await a.handlers({ "20-move": move("restore", "/run/restored.img") });
    await a.must("create", "/run/m1.xml");
    await a.must("save", "m1", "/run/m1.save");
    await a.must("restore", "/run/m1.save");
    await runsFrom(a, "/run/restored.img", "moved to /run/restored.img & noted by restore");
    await a.must("destroy", "m1");
  });
  await bench.check("restore: handlers that change nothing leave the domain untainted", async () => {
    await a.handlers({ "20-look": handler({ on: "qemu/restore", body: 'event.domain.find("title");' }) });
    await a.must("create", "/run/m1.xml");
    await a.must("save", "m1", "/run/m1.save");
    const before = (await a.log()).length;
    await a.must("restore", "/run/m1.save");
    assert.doesNotMatch((await a.log()).slice(before), /tainted.*hook/);
    await a.must("destroy", "m1");
  });
}

function migrate(from: Rig, to: Rig) {
  return from.virsh("migrate", "--live", "--unsafe", "m1", `qemu+tcp://${to.address}/system`);
}

/** libvirt's own word for it, and the process that runs. */
async function runsFrom(rig: Rig, disk: string, note: string): Promise<void> {
  assert.equal((await rig.must("domstate", "m1")).trim(), "running");
  assert.ok((await rig.must("dumpxml", "m1")).includes(`<source file='${disk}'`));
  assert.ok((await rig.must("metadata", "m1", NAMESPACE)).includes(note.replace("&", "&amp;")));
  const pid = (await rig.read("/run/libvirt/qemu/m1.pid")).trim();
  const files = (await rig.run(["ls", "-l", `/proc/${pid}/fd`])).stdout;
  assert.ok(files.includes(`-> ${disk}`), `QEMU has not opened ${disk}:\n${files}`);
}
