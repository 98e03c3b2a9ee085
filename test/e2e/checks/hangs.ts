import assert from "node:assert/strict";
import type { Bench } from "../bench.ts";
import { guest } from "../guests.ts";
import { handler } from "../handlers.ts";
import { seconds } from "../report.ts";
import type { Rig } from "../rig.ts";
import { readEvents } from "./events.ts";
import { pause } from "./steps.ts";

const DEADLINE_MS = 2000;
/** How late libvirt may get its answer. */
const GRACE_MS = 1000;

interface Hang {
  what: string;
  allow?: string[];
  body: string;
  /** Not stuck at all as far as libvirt is concerned: the guest starts. */
  starts?: boolean;
  /** A command that must be gone afterwards, as its arguments stand in /proc. */
  ends?: string;
}

const HANGS: Hang[] = [
  { what: "endless loop", body: "for (;;);" },
  { what: "stuck in a C built-in", body: "Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);" },
  { what: "promise that never settles", body: "await new Promise(() => {});" },
  {
    what: "command that sleeps for ever",
    allow: ["exec: [sleep *]"],
    body: 'await host.exec("sleep", ["86401"]);',
    ends: "sleep 86401",
  },
  {
    what: "command that ignores SIGTERM",
    allow: ["exec: [sh -c *]"],
    body: `await host.exec("sh", ["-c", "trap '' TERM; while :; do sleep 86402; done"]);`,
    ends: "sleep 86402",
  },
  {
    what: "background child that holds stdout and stderr",
    allow: ["exec: [sh -c *]"],
    body: 'await host.exec("sh", ["-c", "sleep 86403 &"]);',
    starts: true,
  },
  {
    what: "the same in a session of its own",
    allow: ["exec: [sh -c *]"],
    body: 'await host.exec("sh", ["-c", "setsid sleep 86404 &"]);',
    starts: true,
  },
];

/** With a hanging handler `virsh start` returns in time, and another guest starts meanwhile. */
export async function hangs(bench: Bench): Promise<void> {
  const rig = await bench.rig("rig-h");
  for (const name of ["stuck", "other"]) {
    await rig.write(`/run/${name}.xml`, guest(name));
    await rig.must("define", `/run/${name}.xml`);
  }
  const baseline = await measureStart(rig);
  const table: string[][] = [["handler", "virsh start", "past the deadline", "hook call itself", "outcome"]];

  for (const hang of HANGS) {
    const { what, allow, body } = hang;
    await rig.handlers({
      "20-hang": handler({
        on: "qemu/prepare",
        guests: "stuck",
        timeout: `${DEADLINE_MS / 1000}s`,
        allow,
        body,
      }),
    });
    await bench.check(`${what}: virsh start returns in time, another guest starts meanwhile`, async () => {
      try {
        table.push([what, ...await startBoth(rig, hang, baseline)]);
      } finally {
        for (const name of ["stuck", "other"]) await rig.virsh("destroy", name);
      }
    });
  }
  bench.report.note(`a start without handlers: ${seconds(baseline)}\n${columns(table)}`);
}

/** The median start of a guest with hookvisor in place and no handler. */
async function measureStart(rig: Rig): Promise<number> {
  await rig.handlers({});
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    times.push((await rig.virsh("start", "stuck")).ms);
    await rig.must("destroy", "stuck");
  }
  return times.sort((a, b) => a - b)[1]!;
}

async function startBoth(rig: Rig, hang: Hang, baseline: number): Promise<string[]> {
  let stuckReturned = false;
  const stuck = rig.virsh("start", "stuck").finally(() => stuckReturned = true);
  await pause(300);
  const other = await rig.virsh("start", "other");
  const meanwhile = !stuckReturned;
  const { code, ms, stderr } = await stuck;

  assert.equal(other.code, 0, `the other guest did not start: ${other.stderr}`);
  const bound = baseline + DEADLINE_MS + GRACE_MS;
  assert.ok(ms <= bound, `virsh start took ${seconds(ms)}, more than ${seconds(bound)}`);
  if (hang.starts) {
    assert.equal(code, 0, stderr);
  } else {
    assert.ok(
      meanwhile,
      `the other guest took ${seconds(other.ms)} and came up after the stuck one had returned`,
    );
    assert.notEqual(code, 0, "the stuck guest started although its handler did not end");
    assert.match(stderr, /hookvisor: stuck: prepare refused by 20-hang: /);
  }
  if (hang.ends) {
    const left = await rig.run(["pgrep", "-fx", hang.ends]);
    assert.equal(left.stdout, "", `"${hang.ends}" still runs`);
  }
  const event = (await readEvents(rig)).filter((e) => e.object === "stuck" && e.operation === "prepare").at(
    -1,
  );
  const late = (took: number) => hang.starts ? "-" : seconds(Math.max(0, took - DEADLINE_MS));
  return [
    seconds(ms),
    late(ms - baseline),
    event ? `${seconds(event.ms)}${hang.starts ? "" : `, ${late(event.ms)} late`}` : "no record",
    code === 0 ? "guest started" : "refused",
  ];
}

function columns(rows: string[][]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i]!)).join("  ").trimEnd()).join("\n");
}
