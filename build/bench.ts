/**
 * Measures hook calls against an empty program and against the usual dispatchers:
 * `bench.ts PROGRAM FLOOR PARSER [--json] [--calls] [--runs N]`. docs/performance.md explains the table.
 *
 * Everything is called as libvirt calls it, through a link, and so finds its files in /etc/hookvisor: the whole
 * measurement runs in a mount namespace of its own, for which it needs root. Guests of a real libvirtd are measured
 * where libvirt and QEMU are installed.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { missingForGuests } from "./bench/guest_host.ts";
import { asGuestTable, guestLines } from "./bench/guest_report.ts";
import { measureGuests } from "./bench/guest_rounds.ts";
import { machine } from "./bench/machine.ts";
import { asTable, asTargets, lines, targets } from "./bench/report.ts";
import { type Figures, measureMemory, measureRounds } from "./bench/rounds.ts";
import { copyProgram, makeRows, type Row } from "./bench/rows.ts";

/** So many that the ratios of two runs agree within 15 %. */
const RUNS = 40;
/** A burst is 50 calls: half as many rounds of them will do. */
const BURST = 50;
const RUNS_PER_BURST = 2;
const BURST_ROWS = ["floor", "none", "hookvisor-1-1", "bash-1-1", "python-1-1"];
/** Set in the process that runs in the namespace. */
const INSIDE = "HOOKVISOR_BENCH_INSIDE";

const { values, positionals } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    /** Without guests, which take half of the time. */
    calls: { type: "boolean", default: false },
    runs: { type: "string", default: String(RUNS) },
  },
  allowPositionals: true,
});
const [program = "", floor = "", parser = ""] = positionals;
const runs = Number(values.runs);
if (parser === "" || !Number.isSafeInteger(runs) || runs < 1) {
  throw new Error("usage: bench.ts PROGRAM FLOOR PARSER [--json] [--calls] [--runs N]");
}
if (Deno.env.has(INSIDE)) await inside();
else enterNamespace();

function enterNamespace(): void {
  if (Deno.uid() !== 0) throw new Error("make bench needs root: it mounts its own files over /etc/hookvisor");
  const { code } = new Deno.Command("unshare", {
    args: [
      "--mount",
      "--propagation",
      "private",
      "sh",
      "build/bench/namespace.sh",
      Deno.execPath(),
      "run",
      "--allow-all",
      "--cached-only",
      "--unstable-ffi",
      Deno.mainModule,
      ...Deno.args,
    ],
    env: { [INSIDE]: "1" },
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).outputSync();
  Deno.exitCode = code;
}

async function inside(): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "hookvisor-bench-" });
  try {
    await measure(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

async function measure(folder: string): Promise<void> {
  const rows = makeRows(folder, program, floor, parser);
  const skipped = ({ label }: Row, why: string) => console.error(`bench: left out: ${label}: ${why}`);
  const single = measureRounds(rows, runs, 1, skipped);
  measureMemory(rows, single);
  const together = rows.filter((row) => BURST_ROWS.includes(row.id));
  const burst = lines(
    together,
    measureRounds(together, Math.ceil(runs / RUNS_PER_BURST), BURST, skipped),
  );
  const table = lines(rows, single);
  const ofGuests = await guests(folder);
  const guestTable = guestLines(ofGuests);
  const found = targets(table, burst, new Map([...single, ...ofGuests]));
  if (values.json) {
    const all = { machine: machine(), runs, table, burst, guests: guestTable, targets: found };
    console.log(JSON.stringify(all, undefined, 2));
    return;
  }
  console.log(`${machine()}; medians of ${runs} runs\n`);
  console.log(asTable("one call", table));
  console.log(`\n${asTable(`${BURST} calls at once`, burst)}`);
  if (guestTable.length > 0) console.log(`\n${asGuestTable(guestTable)}`);
  console.log(`\n${asTargets(found)}`);
}

/** After all others: the rows above wait for every child process, and these have some that stay. */
async function guests(folder: string): Promise<Map<string, Figures>> {
  if (values.calls) return new Map();
  const label = "guests of a real libvirtd";
  const missing = missingForGuests();
  if (missing.length > 0) {
    console.error(`bench: left out: ${label}: no ${missing.join(", ")}; make e2e installs libvirt and QEMU`);
    return new Map();
  }
  try {
    return await measureGuests(copyProgram(program, join(folder, "for-guests")), runs);
  } catch (error) {
    console.error(`bench: left out: ${label}: ${error instanceof Error ? error.message : String(error)}`);
    return new Map();
  }
}
