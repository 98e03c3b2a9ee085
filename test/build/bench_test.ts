import assert from "node:assert/strict";
import { largeDomain, smallDomain } from "../../build/bench/domains.ts";
import { asGuestTable, guestLines } from "../../build/bench/guest_report.ts";
import { asTable, lines, targets } from "../../build/bench/report.ts";
import type { Figures } from "../../build/bench/rounds.ts";
import type { ProgramKind, Row } from "../../build/bench/rows.ts";
import { median, medianDifference, medianRatio } from "../../build/bench/statistics.ts";

function row(id: string, kind: ProgramKind, scripts = 0): Row {
  const command = { path: "/bin/true", args: [], env: {}, stdin: new Uint8Array() };
  return { id, label: id, kind, scripts, size: "1.2 KB", command, enter: () => () => {} };
}

function figures(wall: number[], peakMiB?: number): Figures {
  return { wall, cpu: wall.map((value) => value / 2), ...(peakMiB !== undefined && { peakMiB }) };
}

Deno.test("median() takes the middle value, or the mean of the two in the middle", () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([1, 9, 5, 7]), 6);
  assert.ok(Number.isNaN(median([])));
});

Deno.test("medianRatio() and medianDifference() compare pair by pair, so that drift cancels", () => {
  assert.equal(medianRatio([2, 20, 200], [1, 10, 100]), 2);
  assert.equal(medianDifference([2, 11, 101], [1, 10, 100]), 1);
});

Deno.test("the domains that are read have about 1.2 and 8 KB and name their guest", () => {
  const [small, large] = [smallDomain(), largeDomain()];
  assert.ok(Math.abs(small.xml.length - 1200) < 100);
  assert.ok(large.xml.length >= 8192 && large.xml.length < 9216);
  for (const { guest, xml } of [small, large]) {
    assert.match(new TextDecoder().decode(xml), new RegExp(`<name>${guest}</name>[^]*</domain>\n$`));
  }
});

Deno.test("lines() compares a row of ours with the rivals that run as many scripts", () => {
  const rows = [
    row("floor", "floor"),
    row("ours", "hookvisor", 5),
    row("b1", "bash", 1),
    row("b5", "bash", 5),
  ];
  const table = lines(
    rows,
    new Map([
      ["floor", figures([10])],
      ["ours", figures([20])],
      ["b1", figures([5])],
      ["b5", figures([40])],
    ]),
  );
  const ours = table.find((one) => one.id === "ours");
  assert.equal(ours?.toFloor, 2);
  assert.equal(ours?.toBash, 0.5);
  assert.equal(ours?.toPython, undefined);
  assert.equal(table.find((one) => one.id === "b5")?.toBash, undefined);
});

Deno.test("targets() leaves out what was not measured and says of the rest whether it was met", () => {
  const rows = [row("floor", "floor"), row("none", "hookvisor"), row("no-match", "hookvisor")];
  const measured = new Map([["floor", figures([10])], ["none", figures([11])], ["no-match", figures([12])]]);
  const found = targets(lines(rows, measured), [], measured);
  assert.deepEqual(found.map(({ value, met }) => [value, met]), [[1.1, true], [1.2, false]]);
});

Deno.test("targets() holds what handlers cost against its limits for both domains", () => {
  const of = (id: string, kind: ProgramKind, scripts: number, size: string) => ({
    ...row(id, kind, scripts),
    size,
  });
  const rows = [row("floor", "floor")];
  const measured = new Map([["floor", figures([10])]]);
  for (const [id, size, slow] of [["1", "1.2 KB", 1], ["8", "8 KB", 2]] as const) {
    for (const count of [1, 5, 20]) {
      for (
        const [kind, ms] of [["hookvisor", 10 + count * slow], ["bash", 5 * count], [
          "python",
          20 * count,
        ]] as const
      ) {
        rows.push(of(`${kind}-${count}-${id}`, kind, count, size));
        measured.set(`${kind}-${count}-${id}`, figures([ms]));
      }
    }
  }
  const found = targets(lines(rows, measured), [], measured).map((
    { text, value, met },
  ) => [text, value, met]);
  assert.deepEqual(found, [
    ["1 handler, 1.2 KB, to bash's 1", 11 / 5, false],
    ["1 handler, 8 KB, to bash's 1", 12 / 5, false],
    ["5 handlers, 1.2 KB, to bash's 5", 15 / 25, false],
    ["20 handlers, 1.2 KB, to bash's 20", 30 / 100, true],
    ["20 handlers, 8 KB, to bash's 20", 50 / 100, true],
    ["1 handler, 1.2 KB, to Python's 1", 11 / 20, true],
    ["5 handlers, 1.2 KB, to Python's 5", 15 / 100, true],
    ["20 handlers, 1.2 KB, to Python's 20", 30 / 400, true],
    ["every further handler, 1.2 KB, ms", 1, true],
    ["1 handler, 8 KB, to Python's 1", 12 / 20, true],
    ["5 handlers, 8 KB, to Python's 5", 20 / 100, true],
    ["20 handlers, 8 KB, to Python's 20", 50 / 400, false],
    ["every further handler, 8 KB, ms", 2, false],
  ]);
});

Deno.test("targets() compares a call without a handler with true, and admin commands with Python's start", () => {
  const rows = [
    row("floor", "floor"),
    row("true", "process"),
    row("python-pass", "process"),
    row("none", "hookvisor"),
    row("check", "hookvisor"),
    row("history", "hookvisor"),
  ];
  const measured = new Map([
    ["floor", figures([10])],
    ["true", figures([1])],
    ["python-pass", figures([10])],
    ["none", figures([4])],
    ["check", figures([15])],
    ["history", figures([16])],
  ]);
  const found = targets(lines(rows, measured), [], measured);
  assert.deepEqual(found.map(({ text, value, met }) => [text, value, met]), [
    ["no handlers, to true", 4, true],
    ["hookvisor check, to python3 -c pass", 1.5, true],
    ["hookvisor history, to python3 -c pass", 1.6, false],
    ["no handlers, to the floor", 0.4, true],
  ]);
});

Deno.test("guestLines() takes what hooks add from the rounds of no hook, and targets() compares hookvisor with bash", () => {
  const measured = new Map([
    ["start-none", figures([100, 300, 200])],
    ["start-bash", figures([110, 310, 210])],
    ["start-hookvisor", figures([121, 341, 231])],
    ["storm-none", figures([1000])],
    ["storm-bash", { wall: [1100], cpu: [600] }],
    ["storm-hookvisor", { wall: [1100], cpu: [900] }],
  ]);
  const table = guestLines(measured);
  assert.deepEqual(table.map(({ id, addsMs, addsCpuMs }) => [id, addsMs, addsCpuMs]), [
    ["start-none", undefined, undefined],
    ["start-bash", 10, 5],
    ["start-hookvisor", 31, 15.5],
    ["storm-none", undefined, undefined],
    ["storm-bash", 100, 100],
    ["storm-hookvisor", 100, 400],
  ]);
  assert.deepEqual(targets([], [], measured).map(({ text, value, met }) => [text, value, met]), [
    ["virsh start, to bash's", 1.1, false],
    ["guests started at once, to bash's", 1, true],
    ["guests started at once, CPU to bash's", 1.5, false],
  ]);
  const widths = new Set(asGuestTable(table).split("\n").map((line) => line.length));
  assert.equal(widths.size, 1);
});

Deno.test("asTable() makes every line as wide as the first", () => {
  const table = lines([row("floor", "floor")], new Map([["floor", figures([10], 32)]]));
  const widths = new Set(asTable("one call", table).split("\n").map((line) => line.length));
  assert.equal(widths.size, 1);
});
