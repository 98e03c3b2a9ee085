import assert from "node:assert/strict";
import { renderTimeline } from "../../src/cli/timeline.ts";
import { textWidth } from "../../src/cli/text.ts";
import type { HookRecord } from "../../src/records/record.ts";

const RECORD: HookRecord = {
  v: 1,
  time: "2026-01-02T03:04:05.678Z",
  id: "mhd0-abcd",
  driver: "qemu",
  object: "win11",
  operation: "prepare",
  subOperation: "begin",
  extra: "-",
  caller: "libvirtd",
  verdict: "abort",
  exitCode: 1,
  reason: "win11: prepare refused by 20-vfio: 0000:01:00.0 is still bound to nvidia",
  handlers: [
    {
      name: "10-cpu",
      outcome: "success",
      ms: 12,
      start: 20,
      calls: [
        {
          call: "exec",
          what: "systemctl set-property --runtime -- system.slice AllowedCPUs=0-1",
          at: 1,
          ms: 8,
          code: 0,
        },
        { call: "log", what: "cores are set", at: 10, ms: 0, level: "info", fields: { cpus: "0-1" } },
        {
          call: "fs.read",
          what: "/etc/shadow",
          at: 11,
          ms: 0.1,
          error: "host.fs.read: reading /etc/shadow is not allowed",
        },
      ],
    },
    {
      name: "20-vfio",
      outcome: "fail",
      onFailure: "abort",
      message: "0000:01:00.0 is still bound to nvidia",
      at: "/etc/hookvisor/handlers/20-vfio.js:9:3",
      ms: 8,
      start: 32,
      calls: [{ call: "exec", what: "sleep 60", at: 2 }],
    },
  ],
  left: [{ name: "30-net", why: `guests does not match "win11"` }],
  ms: 40,
};

const PLAIN = { width: 100, colour: false, unicode: true };

Deno.test("renderTimeline() tells handlers, calls, results, who was left out, verdict and what libvirt does", () => {
  const text = renderTimeline(RECORD, PLAIN);
  for (
    const part of [
      /^qemu\/prepare {2}win11\n/,
      /called by libvirtd, id mhd0-abcd/,
      /✔ 10-cpu {2}success .*█+ .* 12\.0 ms\n/,
      /├─ exec systemctl set-property .*→ exit 0 .* 8\.0 ms\n/,
      /├─ log info cores are set \{"cpus":"0-1"\}\n/,
      /└─ fs\.read \/etc\/shadow .* 0\.1 ms\n {7}host\.fs\.read: reading \/etc\/shadow is not allowed\n/,
      /✘ 20-vfio {2}fail, aborts .* 8\.0 ms\n {4}0000:01:00\.0 is still bound to nvidia \(.*20-vfio\.js:9:3\)\n/,
      /└─ exec sleep 60 → no answer\n/,
      /· 30-net {2}not run: guests does not match "win11"\n/,
      /verdict {2}abort; exit code 1, after 40\.0 ms\n/,
      /reason {3}win11: prepare refused by 20-vfio/,
      /libvirt {2}does not start the guest/,
    ]
  ) assert.match(text, part);
});

Deno.test("renderTimeline() stays within the width it is given", () => {
  for (const width of [60, 80, 200]) {
    for (const unicode of [true, false]) {
      for (const line of renderTimeline(RECORD, { width, colour: false, unicode }).split("\n")) {
        assert.ok(textWidth(line) <= width, `${textWidth(line)} columns of ${width}: ${line}`);
      }
    }
  }
});

Deno.test("renderTimeline() puts the bar of a call below the part of its handler's bar that it took", () => {
  const lines = renderTimeline(RECORD, PLAIN).split("\n");
  const span = (line: string) => [line.indexOf("█"), line.lastIndexOf("█")] as const;
  const [from, to] = span(lines.find((line) => line.includes("10-cpu"))!);
  const [callFrom, callTo] = span(lines.find((line) => line.includes("set-property"))!);
  assert.ok(from <= callFrom && callTo <= to, `${callFrom}-${callTo} within ${from}-${to}`);
});

Deno.test("renderTimeline() without Unicode prints ASCII only, and never a control character of a guest's name", () => {
  const hostile = { ...RECORD, object: "é\u001b[31m\nforged\u202e" };
  const ascii = renderTimeline(hostile, { ...PLAIN, unicode: false });
  assert.match(ascii, /^[\n -~]*$/);
  assert.match(ascii.split("\n")[0]!, /\\u00e9\\u001b\[31m\\nforged\\u202e/);
  assert.doesNotMatch(renderTimeline(hostile, PLAIN).replaceAll("\n", ""), /\p{Cc}|\p{Bidi_Control}/u);
});

Deno.test("renderTimeline() colours only when asked", () => {
  assert.ok(!renderTimeline(RECORD, PLAIN).includes("\x1b"));
  assert.ok(renderTimeline(RECORD, { ...PLAIN, colour: true }).includes("\x1b[32m"));
});

Deno.test("renderTimeline() of a call without a handler says so", () => {
  const text = renderTimeline({
    ...RECORD,
    verdict: "success",
    exitCode: 0,
    reason: undefined,
    handlers: [],
    left: [],
  }, PLAIN);
  assert.match(text, /no handler matches this call/);
  assert.match(text, /libvirt {2}continues the start of the guest/);
});

Deno.test("renderTimeline() folds calls that are the same over and over, and no others", () => {
  const looks = Array.from({ length: 40 }, (_, i) => [
    { call: "exec", what: "lsof /dev/x", at: i, ms: 0.1 + i, code: i === 39 ? 1 : 0 },
    { call: "sleep", what: "200", at: i, ms: 1 },
  ]).flat();
  const twice = [1, 2].map((at) => ({ call: "exec", what: "twice", at, ms: 1, code: 0 }));
  const [first] = RECORD.handlers;
  const text = renderTimeline({ ...RECORD, handlers: [{ ...first!, calls: [...looks, ...twice] }] }, PLAIN);
  assert.equal(text.match(/lsof/g)?.length, 2, text);
  assert.match(text, /exec lsof \/dev\/x → exit 0 \(39 times\)/);
  assert.match(text, /exec lsof \/dev\/x → exit 1 /);
  assert.match(text, /sleep 200 \(40 times\)/);
  assert.equal(text.match(/twice/g)?.length, 2);
});
