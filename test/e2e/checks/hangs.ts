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
  /** The engine may see before the deadline that this comes to no end. */
  early?: boolean;
  /** A command that must be gone afterwards, as its arguments stand in /proc. */
  ends?: string;
}

const HANGS: Hang[] = [
  { what: "endless loop", body: "for (;;);" },
  { what: "stuck in a C built-in", body: "Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);" },
  {
    what: "C built-ins without end",
    body: "for (;;) Array.prototype.indexOf.call({ length: 1e6 }, 1);",
  },
  { what: "promises without end", body: "for (;;) await null;" },
  { what: "waitFor what never comes", body: "await host.waitFor(() => false);" },
  { what: "promise that never settles", body: "await new Promise(() => {});", early: true },
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
  await rig.handlers({});
  const start = await median(rig);
  await rig.handlers({ "20-hang": handler({ on: "qemu/prepare", guests: "stuck", body: "host.fail();" }) });
  const refusal = await median(rig);
  const table: string[][] = [[
    "handler",
    "virsh start",
    "past the deadline",
    "by hookvisor's record",
    "outcome",
  ]];

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
        table.push([what, ...await startBoth(rig, hang, { start, refusal })]);
      } finally {
        for (const name of ["stuck", "other"]) await rig.virsh("destroy", name);
      }
    });
  }
  bench.report.note(
    `a start without handlers took ${seconds(start)}, one refused at once ${seconds(refusal)}\n${
      columns(table)
    }`,
  );
}

interface Usual {
  /** Wall time of a start with hookvisor in place and no handler, milliseconds. */
  start: number;
  /** The same of a start whose handler refuses it at once. */
  refusal: number;
}

/** How long `virsh start` takes, whatever comes of it: the median of three. */
async function median(rig: Rig): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    times.push((await rig.virsh("start", "stuck")).ms);
    await rig.virsh("destroy", "stuck");
  }
  return times.sort((a, b) => a - b)[1]!;
}

async function startBoth(rig: Rig, hang: Hang, usual: Usual): Promise<string[]> {
  let stuckReturned = false;
  const stuck = rig.virsh("start", "stuck").finally(() => stuckReturned = true);
  await pause(300);
  const other = await rig.virsh("start", "other");
  const meanwhile = !stuckReturned;
  const { code, ms, stderr } = await stuck;

  assert.equal(other.code, 0, `the other guest did not start: ${other.stderr}`);
  const bound = usual.start + DEADLINE_MS + GRACE_MS;
  assert.ok(ms <= bound, `virsh start took ${seconds(ms)}, more than ${seconds(bound)}`);
  if (hang.starts) {
    assert.equal(code, 0, stderr);
  } else {
    const before = ms < DEADLINE_MS;
    assert.ok(!before || hang.early, `refused after ${seconds(ms)}, before the deadline: ${stderr}`);
    assert.ok(before || meanwhile, `the other guest came up after ${seconds(other.ms)}, not meanwhile`);
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
  return [
    seconds(ms),
    code === 0 ? "" : lateness(ms, usual.refusal),
    event && code !== 0 ? lateness(event.ms, 0) : "",
    code === 0 ? "guest started" : "refused",
  ];
}

/** By how much an ending after `ms` was late, without the time everything else takes. */
function lateness(ms: number, besides: number): string {
  return ms < DEADLINE_MS ? "ended before" : `${Math.round(Math.max(0, ms - besides - DEADLINE_MS))} ms`;
}

function columns(rows: string[][]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i]!)).join("  ").trimEnd()).join("\n");
}
