import assert from "node:assert/strict";
import type { Issue } from "../../src/base/issue.ts";
import { parseConfig } from "../../src/site/parse_config.ts";
import { applyOptions, optionIssues, unknownHandlerIssues } from "../../src/site/options.ts";
import {
  callTimeout,
  defaultConfig,
  handlerTimeout,
  onFailureFor,
  timeoutFor,
} from "../../src/site/settings.ts";
import type { Manifest } from "../../src/manifest/manifest.ts";
import { findOperation } from "../../src/protocol/operations.ts";
import { allowNothing } from "../../src/manifest/parse_allow.ts";

function told(issues: Issue[]): string[] {
  return issues.map(({ line, column, message, hint }) =>
    `${line}:${column}: ${message}${hint ? ` (${hint})` : ""}`
  );
}

function good(text: string) {
  const { config, issues } = parseConfig("config.yaml", text);
  assert.deepEqual(told(issues), [], text);
  return config;
}

function operation(name: string) {
  const [driver = "", word = ""] = name.split("/");
  const found = findOperation(driver, word);
  assert.ok(found, name);
  return found;
}

const MANIFEST: Manifest = {
  description: "",
  on: [],
  mode: "wait",
  state: "release",
  allow: allowNothing(),
  options: {},
};

Deno.test("parseConfig() has the defaults for what a file does not say", () => {
  for (const text of ["", "# nothing\n", "record: false\n", "policy: {}\n"]) {
    assert.deepEqual(good(text), defaultConfig(), text);
  }
});

Deno.test("parseConfig() reads every key", () => {
  const config = good(`timeouts:
  qemu/prepare: 20s
  "qemu/*": 15s
onFailure:
  qemu/started: abort
  "network/*": ignore
options:
  20-vfio:
    driver: vfio-pci
    devices: [a, b]
policy:
  deny:
    exec: [systemctl stop, /usr/bin/rm]
    read: [/etc/shadow]
    write: [/etc/**]
  libvirtClients: allow
  programs: any
  maxTimeout: 30s
  approval: required
background:
  timeout: 10m
record:
  keep: 7
log:
  maxSize: 1MiB
  keep: 2
`);
  assert.deepEqual(config.timeouts, [{ on: "qemu/prepare", value: 20_000 }, { on: "qemu/*", value: 15_000 }]);
  assert.deepEqual(config.onFailure, [{ on: "qemu/started", value: "abort" }, {
    on: "network/*",
    value: "ignore",
  }]);
  assert.deepEqual(config.options, {
    "20-vfio": [
      { key: "driver", value: "vfio-pci", file: "config.yaml", line: 9, column: 5 },
      { key: "devices", value: ["a", "b"], file: "config.yaml", line: 10, column: 5 },
    ],
  });
  const { deny, ...policy } = config.policy;
  assert.deepEqual(deny.exec.map(({ text }) => text), ["systemctl stop", "/usr/bin/rm"]);
  assert.deepEqual(deny.read.map(({ text }) => text), ["/etc/shadow"]);
  assert.deepEqual(deny.write.map(({ text }) => text), ["/etc/**"]);
  assert.deepEqual(policy, {
    ...{ libvirtClients: "allow", programs: "any" },
    ...{ maxTimeoutMs: 30_000, approval: "required" },
  });
  assert.deepEqual(config.background, { timeoutMs: 600_000 });
  assert.deepEqual(config.record, { keep: 7 });
  assert.deepEqual(config.log, { maxSizeBytes: 1_048_576, keep: 2 });
  assert.equal(good("record: true").record.keep, 50);
});

Deno.test("parseConfig() tells each mistake with its line and column", () => {
  const table: [text: string, issues: string[]][] = [
    ["- a", ["1:1: config.yaml must be a map, not a list"]],
    ["timeout: {}", ['1:1: unknown key "timeout" in config.yaml (did you mean timeouts?)']],
    ["timeouts: {qemu/prepar: 5s}", ['1:17: qemu has no operation "prepar" (did you mean qemu/prepare?)']],
    ['timeouts: {"qemu/x*": 5s}', ['1:13: "qemu/x*" matches no operation (docs/operations.md lists them)']],
    ["timeouts: {qemu/start: 5}", [
      "1:24: qemu/start is a number without a unit (give the unit: 5s or 5ms)",
    ]],
    ["timeouts: {qemu/start: 2h}", ['1:24: qemu/start: "2h" is too long (at most 1h)']],
    ["timeouts: 5s", ["1:11: timeouts must be a map, not text"]],
    ["onFailure: {qemu/start: stop}", ['1:25: qemu/start must be abort or ignore, not "stop"']],
    ["onFailure: {qemu/reconnect: abort}", [
      "1:13: qemu/reconnect cannot abort: aborting there only does harm " +
      "(possible for prepare, start, started, migrate, restore, updated, port-created)",
    ]],
    ["options: {20-vfio: 3}", ["1:20: options of 20-vfio must be a map, not a number"]],
    ["policy: {denny: {}}", ['1:10: unknown key "denny" in policy (did you mean deny?)']],
    ["policy: {deny: {exce: []}}", ['1:17: unknown key "exce" in deny (did you mean exec?)']],
    ['policy: {deny: {exec: ["a \'b"]}}', ["1:27: exec: the quote ' is never closed"]],
    ["policy: {deny: {write: [etc]}}", ["1:25: write: etc is not an absolute path (begin it with /)"]],
    ["policy: {approval: yes}", ['1:20: approval must be required or none, not "yes"']],
    ["policy: {libvirtClients: true}", [
      '1:26: libvirtClients must be text, not true (put it in quotes: "true")',
    ]],
    ["background: 5m", ["1:13: background must be a map, not text"]],
    ["record: 5", ["1:9: record must be true or false, not a number"]],
    ["record: {keep: -1}", ["1:16: keep must be a whole number from 0 to 10000"]],
    ["log: {maxSize: 10MB}", ['1:16: maxSize: "10MB" is not a size (units of 1024: 10MiB)']],
    ["log: {maxSize: 1KiB}", ["1:16: maxSize: the least is 64KiB"]],
    ["record: *x", [
      '1:9: "*x" is an alias, which is not allowed ' +
      '(if it is text that begins with *, quote it: "*x")',
    ]],
  ];
  for (const [text, expected] of table) {
    const { config, issues } = parseConfig("config.yaml", text);
    assert.deepEqual(told(issues), expected, text);
    assert.ok(config.log.keep > 0, "what is right is there all the same");
  }
});

Deno.test("timeoutFor() takes the most specific setting, and of two alike the later", () => {
  const config = good(`timeouts:
  qemu/start: 3s
  "*/*": 1s
  "qemu/*": 2s
  "*/prepare": 4s
  "qemu/sto*": 5s
  "*emu/sto*": 6s
  "qemu/sta*d": 7s
  network/plugged: 8s
`);
  const table: [operation: string, ms: number][] = [
    ["qemu/start", 3000],
    ["qemu/prepare", 4000],
    ["qemu/release", 2000],
    ["lxc/start", 1000],
    ["lxc/prepare", 4000],
    ["qemu/stopped", 5000],
    ["qemu/started", 7000],
    ["network/port-created", 8000],
  ];
  for (const [name, ms] of table) assert.equal(timeoutFor(config, operation(name)), ms, name);
  const alike = good(
    'timeouts: {"q*/start": 1s, "*q*/start": 2s, "q*u/start": 3s, "qem?/st*rt": 3s, "*mu/start": 4s}',
  );
  assert.equal(timeoutFor(alike, operation("qemu/start")), 4000);
  assert.equal(timeoutFor(defaultConfig(), operation("qemu/start")), 10_000);
});

Deno.test("onFailureFor() asks the manifest, then the config, then libvirt's default, and never aborts where that does harm", () => {
  const config = good('onFailure: {qemu/started: abort, "qemu/*": ignore}');
  assert.equal(onFailureFor(config, {}, operation("qemu/started")), "abort");
  assert.equal(onFailureFor(config, {}, operation("qemu/prepare")), "ignore");
  assert.equal(onFailureFor(config, { onFailure: "abort" }, operation("qemu/prepare")), "abort");
  assert.equal(onFailureFor(config, { onFailure: "ignore" }, operation("qemu/started")), "ignore");
  assert.equal(onFailureFor(config, { onFailure: "abort" }, operation("qemu/reconnect")), "ignore");
  assert.equal(onFailureFor(config, undefined, operation("lxc/prepare")), "abort");
  assert.equal(onFailureFor(defaultConfig(), undefined, operation("qemu/restore")), "ignore");
  assert.equal(
    onFailureFor(good('onFailure: {"*/*": abort}'), undefined, operation("lxc/release")),
    "ignore",
  );
});

Deno.test("callTimeout() has what the operation has, and beside it what handlers asked for beyond that", () => {
  const start = operation("qemu/start");
  const of = (...timeouts: (number | undefined)[]) => {
    const handlers = timeouts.map((timeoutMs) => ({
      manifest: timeoutMs === undefined ? MANIFEST : { ...MANIFEST, timeoutMs },
    }));
    return callTimeout(defaultConfig(), start, handlers);
  };
  assert.equal(of(), 10_000);
  assert.equal(of(undefined, 3000, undefined), 10_000);
  assert.equal(of(60_000), 60_000);
  assert.equal(of(60_000, undefined, 40_000, 3000), 110_000);
  assert.equal(callTimeout(defaultConfig(), start, [{}]), 10_000);
  const background: Manifest = { ...MANIFEST, mode: "background", timeoutMs: 60_000 };
  assert.equal(callTimeout(defaultConfig(), start, [{ manifest: background }]), 10_000);
});

Deno.test("handlerTimeout() is the manifest's or the operation's, and never beyond the policy's", () => {
  const config = good("policy: {maxTimeout: 8s}\nbackground: {timeout: 1m}");
  const start = operation("qemu/start");
  assert.equal(handlerTimeout(config, MANIFEST, start), 8000);
  assert.equal(handlerTimeout(config, { ...MANIFEST, timeoutMs: 3000 }, start), 3000);
  assert.equal(handlerTimeout(config, { ...MANIFEST, timeoutMs: 60_000 }, start), 8000);
  assert.equal(handlerTimeout(defaultConfig(), { ...MANIFEST, timeoutMs: 60_000 }, start), 60_000);
  assert.equal(handlerTimeout(defaultConfig(), { ...MANIFEST, timeoutMs: 600_000 }, start), 120_000);
  const slow = good("timeouts: {qemu/start: 5m}");
  assert.equal(handlerTimeout(slow, MANIFEST, start), 300_000);
  assert.equal(handlerTimeout(slow, { ...MANIFEST, timeoutMs: 600_000 }, start), 300_000);
  const background: Manifest = { ...MANIFEST, mode: "background" };
  assert.equal(handlerTimeout(defaultConfig(), background, start), 300_000);
  assert.equal(handlerTimeout(defaultConfig(), { ...background, timeoutMs: 60_000 }, start), 60_000);
});

Deno.test("applyOptions() puts the admin's values in place of the defaults", () => {
  const manifest = { options: { cpus: "0-1", list: [1], on: true, n: 3, any: null, map: { a: 1, b: 2 } } };
  const config = good(`options:
  10-a:
    list: [x, y]
    on: false
    any: {deep: [1]}
    map: {c: 3}
`);
  assert.deepEqual(applyOptions(manifest, config, "10-a"), {
    options: { cpus: "0-1", list: ["x", "y"], on: false, n: 3, any: { deep: [1] }, map: { c: 3 } },
    set: { list: { line: 3 }, on: { line: 4 }, any: { line: 5 }, map: { line: 6 } },
    issues: [],
  });
  assert.deepEqual(applyOptions(manifest, config, "20-b").options, manifest.options);
  assert.deepEqual(applyOptions(manifest, config, "constructor").options, manifest.options);
  assert.deepEqual(manifest.options.list, [1]);
});

Deno.test("applyOptions() reports unknown options and other types, and keeps the defaults", () => {
  const manifest = { options: { hostCpus: "0-1", list: [1], n: 3, b: true, m: {} } };
  const config = good(`options:
  10-a:
    hostCpu: 0
    zzz: 1
    hostCpus: 4
    list: {}
    n: "3"
    b: null
    m: []
    constructor: 1
`);
  const { options, issues } = applyOptions(manifest, config, "10-a");
  assert.deepEqual(options, manifest.options);
  assert.deepEqual(told(issues), [
    '3:5: 10-a has no option "hostCpu" (did you mean hostCpus?)',
    '4:5: 10-a has no option "zzz" (it has hostCpus, list, n, b, m)',
    "5:5: the option hostCpus of 10-a must be text, not a number",
    "6:5: the option list of 10-a must be a list, not a map",
    "7:5: the option n of 10-a must be a number, not text",
    "8:5: the option b of 10-a must be true or false, not null",
    "9:5: the option m of 10-a must be a map, not a list",
    '10:5: 10-a has no option "constructor" (it has hostCpus, list, n, b, m)',
  ]);
  assert.match(applyOptions({ options: {} }, config, "10-a").issues[0]?.hint ?? "", /it has none/);
});

Deno.test("unknownHandlerIssues() reports options for handlers that are not there", () => {
  const config = good("options:\n  20-vfoi:\n    a: 1\n  10-a: {b: 2}\n  30-x: {}\n");
  assert.deepEqual(told(unknownHandlerIssues(config, ["10-a", "20-vfio"])), [
    '3:5: options for "20-vfoi", which is not a handler here (did you mean 20-vfio?)',
  ]);
});

Deno.test("applyOptions() takes what is said for the guest over what is said for the handler, the closest last", () => {
  const manifest = { options: { cpus: "0-1", governor: "performance", n: 1 } };
  const config = good(`options:
  10-a: {governor: powersave}
guests:
  win11: {10-a: {cpus: exact}}
  "*": {10-a: {cpus: all, n: 2}}
  "win*": {10-a: {cpus: glob}}
  "uuid:AAAA*": {10-a: {n: 3}}
  other: {20-b: {x: 1}}
`);
  const of = (name: string, uuid = "bbbb") =>
    applyOptions(manifest, config, "10-a", { name, uuid: () => uuid });
  assert.deepEqual(of("win11").options, { cpus: "exact", governor: "powersave", n: 2 });
  assert.deepEqual(of("win10").options, { cpus: "glob", governor: "powersave", n: 2 });
  assert.deepEqual(of("linux", "aaaa-1").options, { cpus: "all", governor: "powersave", n: 3 });
  assert.deepEqual(applyOptions(manifest, config, "10-a").options, {
    ...manifest.options,
    governor: "powersave",
  });
  assert.deepEqual(of("win11").set, {
    governor: { line: 2 },
    n: { line: 5, guests: "*" },
    cpus: { line: 4, guests: "win11" },
  });
  const noUuid = good(`guests:\n  other: {10-a: {n: 2}}`);
  const never = () => {
    throw new Error("the UUID costs reading the XML");
  };
  assert.deepEqual(
    applyOptions(manifest, noUuid, "10-a", { name: "x", uuid: never }).options,
    manifest.options,
  );
});

Deno.test("optionIssues() finds what is wrong for any guests, and applyOptions() only for the guest itself", () => {
  const manifest = { options: { n: 1 } };
  const config = good(`options:\n  10-a: {n: 2}\nguests:\n  a: {10-a: {n: x}}\n  b: {10-a: {m: 1}}`);
  assert.equal(optionIssues(manifest, config, "10-a").length, 2);
  assert.deepEqual(applyOptions(manifest, config, "10-a", { name: "c" }).issues, []);
  assert.deepEqual(applyOptions(manifest, config, "10-a", { name: "a" }).issues.length, 1);
});
