import assert from "node:assert/strict";
import type { Issue } from "../../src/base/issue.ts";
import { parseManifest } from "../../src/manifest/parse.ts";
import { COMMENT_WIDTH } from "../../src/manifest/front_matter.ts";
import { inComments } from "./in_comments.ts";
import { allowNothing } from "../../src/manifest/parse_allow.ts";

/** The manifest's first line is line 2 of the file. */
function parse(yaml: string) {
  return parseManifest("/h/10-a.js", `${inComments(yaml)}export default () => {};\n`);
}

/** `line:column: message (hint)` of each issue. */
function told(issues: Issue[]): string[] {
  return issues.map(({ line, column, message, hint }) =>
    `${line}:${column}: ${message}${hint ? ` (${hint})` : ""}`
  );
}

const ON = "on: [qemu/prepare]\n";

Deno.test("parseManifest() reads every key, with the places of the file", () => {
  const { manifest, issues, on } = parse(`description: Give the host's cores to the guest
on: [qemu/prepare, "network/*"]
guests: [win11, "game-*", "uuid:3d2f*"]
networks:
  - default
when: {hostdev: true, metadata: "urn:x", path: "devices/interface/source/@network=ovs*"}
timeout: 1m30s
onFailure: abort
state: keep
allow:
  exec:
    - systemctl set-property --runtime -- *.slice AllowedCPUs=*
  read: [/sys/**]
  write: [/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor]
  runAs: [qemu, _chrony, "build-1"]
  env: [LANG]
options:
  hostCpus: 0-1
  list: [1, two, {three: null}]
  on: false`);
  assert.deepEqual(issues, []);
  const at = (value: string, line: number, column: number) => ({
    value,
    line,
    column: column + COMMENT_WIDTH,
  });
  const list = [at("qemu/prepare", 3, 6), at("network/*", 3, 20)];
  assert.deepEqual(on, list);
  assert.deepEqual(manifest, {
    description: "Give the host's cores to the guest",
    on: list,
    guests: [at("win11", 4, 10), at("game-*", 4, 17), at("uuid:3d2f*", 4, 27)],
    networks: [at("default", 6, 5)],
    when: {
      hostdev: true,
      metadata: at("urn:x", 7, 33),
      path: at("devices/interface/source/@network=ovs*", 7, 48),
    },
    timeoutMs: 90_000,
    onFailure: "abort",
    mode: "wait",
    state: "keep",
    allow: {
      exec: [at("systemctl set-property --runtime -- *.slice AllowedCPUs=*", 13, 7)],
      read: [at("/sys/**", 14, 10)],
      write: [at("/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor", 15, 11)],
      runAs: [at("qemu", 16, 11), at("_chrony", 16, 17), at("build-1", 16, 26)],
      env: [at("LANG", 17, 9)],
      look: [],
      scripts: [],
      xml: false,
      libvirtClients: false,
    },
    options: { hostCpus: "0-1", list: [1, "two", { three: null }], on: false },
  });
});

Deno.test("parseManifest() grants nothing that is not asked for", () => {
  assert.deepEqual(parse("on: [qemu/prepare]").manifest, {
    description: "",
    on: [{ value: "qemu/prepare", line: 2, column: 9 }],
    mode: "wait",
    state: "release",
    allow: allowNothing(),
    options: {},
  });
});

Deno.test("parseManifest() accepts the older names of network operations and every glob that matches something", () => {
  for (
    const on of [
      "network/plugged",
      "network/unplugged",
      "network/plug*",
      "*/*",
      "*/started",
      "qemu/*",
      "lx?/start",
    ]
  ) {
    assert.deepEqual(parse(`on: ["${on}"]`).issues, [], on);
  }
});

const BAD: [yaml: string, issues: string[]][] = [
  // on
  ["description: x", ["1:1: the manifest has no key on (add its operations, such as on: [qemu/prepare])"]],
  ["on: []", ["2:8: on is empty, so the handler never runs (list at least one)"]],
  ["on: qemu/prepare", ["2:8: on must be a list, not text (write [qemu/prepare])"]],
  ["on:", ["2:7: on must be a list, not nothing (write [one, two] or a line - one for each)"]],
  ["on: {qemu: prepare}", [
    "2:8: on must be a list, not a map (write [one, two] or a line - one for each)",
  ]],
  ["on: [1]", ['2:9: an entry of on must be text, not a number (put it in quotes: "1")']],
  ["on: [quemu/start]", ['2:9: unknown driver "quemu" (did you mean qemu/start?)']],
  ["on: [vbox/start]", [
    '2:9: unknown driver "vbox" (libvirt\'s drivers: daemon, qemu, lxc, libxl, network, bhyve)',
  ]],
  ["on: [qemu/prepar]", ['2:14: qemu has no operation "prepar" (did you mean qemu/prepare?)']],
  ['on: ["qemu/prepar"]', ['2:15: qemu has no operation "prepar" (did you mean qemu/prepare?)']],
  ["on:\n  - qemu/start\n  - bhyve/migrate", [
    '4:14: bhyve has no operation "migrate" (it has prepare, start, started, stopped, release)',
  ]],
  ["on: [prepare]", ['2:9: "prepare" is not a driver and an operation (write qemu/prepare)']],
  ["on: [qemu]", ['2:9: "qemu" is not a driver and an operation (write qemu/* for all of its operations)']],
  ["on: [a/b/c]", ['2:9: "a/b/c" is not a driver and an operation (write it like qemu/prepare or qemu/*)']],
  ['on: ["*"]', ['2:10: "*" is not a driver and an operation (write it like qemu/prepare or qemu/*)']],
  ['on: ["qemu/x*"]', ['2:10: "qemu/x*" matches no operation (docs/operations.md lists them)']],
  ['on: ["*/foo"]', ['2:10: "*/foo" matches no operation (docs/operations.md lists them)']],
  // Keys
  [`${ON}onFailre: abort`, ['3:4: unknown key "onFailre" in the manifest (did you mean onFailure?)']],
  [`${ON}guest: [a]`, ['3:4: unknown key "guest" in the manifest (did you mean guests?)']],
  [`${ON}Timeout: 5s`, ['3:4: unknown key "Timeout" in the manifest (did you mean timeout?)']],
  [`${ON}xyzzy: 1`, [
    '3:4: unknown key "xyzzy" in the manifest (known keys: description, on, guests, networks, when, timeout, ' +
    "onFailure, mode, state, allow, options)",
  ]],
  [`${ON}timeout: 5s\ntimeout: 6s`, ['4:4: the key "timeout" occurs twice (first on line 3)']],
  [`${ON}1: x`, ["3:4: a key must be text, not a number (put it in quotes)"]],
  [`${ON}? [a]\n: x`, ["3:6: a key must be text, not a list (put it in quotes)"]],
  // Types
  [`${ON}description: [a]`, ["3:17: description must be text, not a list"]],
  [`${ON}description: ""`, ["3:17: description is empty"]],
  [`${ON}guests: win11`, ["3:12: guests must be a list, not text (write [win11])"]],
  [`${ON}guests: []`, ["3:12: guests is empty, so the handler never matches (remove it)"]],
  [`${ON}guests: [100]`, ['3:13: an entry of guests must be text, not a number (put it in quotes: "100")']],
  [`${ON}guests: [true]`, ['3:13: an entry of guests must be text, not true (put it in quotes: "true")']],
  [`${ON}guests: ["uuid:zz"]`, [
    '3:19: "uuid:zz" can match no UUID (write uuid: and hexadecimal digits, -, * and ?)',
  ]],
  [`${ON}timeout: 5`, ["3:13: timeout is a number without a unit (give the unit: 5s or 5ms)"]],
  [`${ON}timeout: 1.5`, ["3:13: timeout is a number without a unit (write it like 5s)"]],
  [`${ON}timeout: 1.5s`, ['3:13: timeout: "1.5s" is not a duration (use whole numbers: 1s500ms)']],
  [`${ON}timeout: 0s`, ["3:13: timeout: a duration must be longer than 0 (write at least 1ms)"]],
  [`${ON}timeout: [5s]`, ["3:13: timeout must be text, not a list"]],
  [`${ON}onFailure: abrt`, ['3:15: onFailure must be abort or ignore, not "abrt" (did you mean abort?)']],
  [`${ON}mode: async`, ['3:10: mode must be wait or background, not "async"']],
  [`${ON}state: forever`, ['3:11: state must be release or keep, not "forever"']],
  // when
  [`${ON}when: true`, ["3:10: when must be a map, not true"]],
  [`${ON}when: {hostdevs: true}`, ['3:11: unknown key "hostdevs" in when (did you mean hostdev?)']],
  [`${ON}when: {hostdev: "true"}`, [
    "3:20: hostdev must be true or false, not text (write true)",
  ]],
  [`${ON}when: {hostdev: yes}`, ["3:20: hostdev must be true or false, not text (write true)"]],
  [`${ON}when: {path: ""}`, ["3:17: path is empty"]],
  // allow
  [`${ON}allow: [exec]`, ["3:11: allow must be a map, not a list"]],
  [`${ON}allow:\n  exce: [ip link]`, ['4:6: unknown key "exce" in allow (did you mean exec?)']],
  [`${ON}allow:\n  runas: [a]`, ['4:6: unknown key "runas" in allow (did you mean runAs?)']],
  [`${ON}allow:\n  exec: ip link`, ["4:12: exec must be a list, not text (write [ip link])"]],
  [`${ON}allow:\n  exec:\n    - logger a: b`, [
    "5:10: an entry of exec must be text, not a map (a text with ': ' in it must be quoted)",
  ]],
  [`${ON}allow:\n  exec:\n    - ip 'link`, ["5:13: exec: the quote ' is never closed"]],
  [`${ON}allow:\n  exec: ["ip link ... x"]`, [
    "4:22: exec: ... can only be the last word (quote it, '...', if you mean the argument itself)",
  ]],
  [`${ON}allow:\n  exec:\n    - bin/x`, [
    "5:10: exec: bin/x is a relative path " +
    "(write a bare name, found in /usr/sbin, /usr/bin, /sbin or /bin, or an absolute path)",
  ]],
  [`${ON}allow:\n  read: [/a/../b]`, ["4:16: read: the path contains .. (write the resolved path)"]],
  [`${ON}allow:\n  write: [a]`, ["4:14: write: a is not an absolute path (begin it with /)"]],
  [`${ON}allow:\n  write: ['/a//b']`, ["4:18: write: the path contains // (write one /)"]],
  [`${ON}allow: {runAs: ["1000"]}`, ["3:21: runAs: 1000 is a number (write the user's name)"]],
  [`${ON}allow: {runAs: ["a b"]}`, [
    '3:21: runAs: "a b" is not the name of a user (letters, digits, _, - and .)',
  ]],
  [`${ON}allow: {env: [A=b]}`, [
    '3:18: env: "A=b" is not the name of an environment variable (only the name; the handler gives the value)',
  ]],
  [`${ON}allow: {xml: 1}`, ["3:17: xml must be true or false, not a number"]],
  // options
  [`${ON}options: [a]`, ["3:13: options must be a map, not a list"]],
  [`${ON}options: {a: .nan}`, ["3:17: the value is neither text, number, true, false, null, list nor map"]],
  [`${ON}options: {a: 9007199254740993}`, ["3:17: the number is too large to be exact (put it in quotes)"]],
  [`${ON}options: {a: {b: 1, b: 2}}`, ['3:24: the key "b" occurs twice (first on line 3)']],
  [`${ON}options: {__proto__: 1}`, ["3:14: __proto__ cannot be a key"]],
  [`${ON}options: {a: ${"[".repeat(40)}${"]".repeat(40)}}`, [
    "3:50: the value is nested deeper than 32 levels",
  ]],
  // What does not go together
  ["on: [qemu/reconnect]\nonFailure: abort", [
    "3:15: onFailure: abort is not possible for qemu/reconnect: a failure there would kill a running guest " +
    "(write onFailure: ignore)",
  ]],
  ["on: [qemu/prepare, lxc/stopped, daemon/*]\nonFailure: abort", [
    "3:15: onFailure: abort is not possible for lxc/stopped: libvirt has already completed it (write onFailure: ignore)",
    "3:15: onFailure: abort is not possible for daemon/*: libvirt has already completed it (write onFailure: ignore)",
  ]],
  ["on: [qemu/prepare]\nmode: background", [
    "3:10: mode: background is not possible for qemu/prepare: libvirt waits for the answer " +
    "(name notifications only, such as qemu/started, qemu/stopped, network/updated)",
  ]],
  ['on: ["lxc/*"]\nmode: background', [
    "3:10: mode: background is not possible for lxc/*, which includes lxc/prepare, lxc/start: " +
    "libvirt waits for the answer (name notifications only, such as qemu/started, qemu/stopped, network/updated)",
  ]],
  ["on: [qemu/started]\nonFailure: abort\nmode: background", [
    "3:15: a handler in mode background cannot abort: libvirt does not wait for it (remove one of the two)",
  ]],
  // YAML
  ["on: [*/started]", [
    "2:9: " + '"*/started" is an alias, which is not allowed ' +
    '(if it is text that begins with *, quote it: "*/started")',
  ]],
  [`${ON}guests: [*]`, [
    '3:13: * begins an alias, which is not allowed (quote a text that begins with *: "*…")',
  ]],
  [`${ON}options: {a: &x 1}`, [
    "3:20: YAML's anchors are not allowed (quote a text that begins with ! or &)",
  ]],
  [`${ON}options: {a: !!str 1}`, [
    "3:23: YAML's tags are not allowed (quote a text that begins with ! or &)",
  ]],
  [`${ON}options: {a: !x 1}`, ["3:20: YAML's tags are not allowed (quote a text that begins with ! or &)"]],
  [`%YAML 1.1\n--- # x\n${ON}`, [
    "2:4: YAML directives are not allowed (remove the lines that begin with %)",
  ]],
  [`${ON}--- # more\nx: 1`, ["3:4: only one YAML document is allowed (remove the ---)"]],
  ["- on", ["2:4: the manifest must be a map, not a list"]],
  ["on", ["2:4: the manifest must be a map, not text"]],
  ["", ["1:1: the manifest is empty (it needs at least the key on, such as on: [qemu/prepare])"]],
  ["# nothing", ["1:1: the manifest is empty (it needs at least the key on, such as on: [qemu/prepare])"]],
];

Deno.test("parseManifest() tells each mistake with its line and column", () => {
  for (const [yaml, expected] of BAD) {
    const { manifest, issues } = parse(yaml);
    assert.deepEqual(told(issues), expected, yaml);
    assert.equal(manifest, undefined, yaml);
    assert.ok(issues.every((issue) => issue.severity === "error" && issue.file === "/h/10-a.js"));
  }
});

Deno.test("parseManifest() tells all mistakes at once, in the order of the file", () => {
  const { issues } = parse("timeout: 5\nallow:\n  exce: []\n  read: [x]\non: [qemu/prepar]\nmod: wait");
  assert.deepEqual(issues.map(({ line, column }) => [line, column]), [
    [2, 13],
    [4, 6],
    [5, 13],
    [6, 14],
    [7, 4],
  ]);
});

Deno.test("parseManifest() gives places in files with CRLF, comments before keys and text over several lines", () => {
  const crlf = "// ---\r\n// # x\r\n// on: [qemu/prepare]\r\n// timeout: 5\r\n// ---\r\n";
  assert.deepEqual(parseManifest("h.js", crlf).issues.map(({ line, column }) => [line, column]), [[4, 13]]);
  const folded = parse(`${ON}allow:\n  exec:\n    - >-\n      ip link\n      'set`);
  assert.deepEqual(folded.issues.map(({ line, column }) => [line, column]), [[5, 10]]);
  const later = parseManifest("h.js", "\n\n// ---\n// on: [qemu/prepar]\n// ---");
  assert.deepEqual(later.issues.map(({ line, column }) => [line, column]), [[4, 14]]);
});

Deno.test("parseManifest() lets abort apply where it may when a glob mixes", () => {
  const { manifest, issues } = parse('on: ["qemu/*"]\nonFailure: abort');
  assert.deepEqual(issues, []);
  assert.equal(manifest?.onFailure, "abort");
});

Deno.test("parseManifest() accepts mode background for notifications", () => {
  const on =
    "qemu/started, qemu/stopped, qemu/release, qemu/reconnect, network/updated, network/port-deleted, " +
    '"daemon/*"';
  assert.equal(parse(`on: [${on}]\nmode: background`).manifest?.mode, "background");
});

Deno.test("parseManifest() warns of keys that mean nothing for the operations", () => {
  const table: [yaml: string, warning: string][] = [
    ["on: [network/started]\nguests: [a]", "3:4: guests has no effect: on names no operation of guests"],
    ["on: [qemu/start]\nnetworks: [a]", "3:4: networks has no effect: on names no operation of networks"],
    [
      "on: [qemu/start]\nallow: {xml: true}",
      "3:11: allow.xml has no effect: on names neither migrate nor restore",
    ],
  ];
  for (const [yaml, warning] of table) {
    const { manifest, issues } = parse(yaml);
    assert.deepEqual(told(issues), [warning]);
    assert.equal(issues[0]?.severity, "warning");
    assert.ok(manifest, "a warning does not stop the handler");
  }
  assert.deepEqual(parse("on: [network/port-created]\nguests: [a]").issues, []);
  assert.deepEqual(parse("on: [qemu/migrate]\nallow: {xml: true}").issues, []);
});

Deno.test("parseManifest() still says what a broken handler was for", () => {
  assert.deepEqual(parse(`${ON}timeout: 5`).on, [{ value: "qemu/prepare", line: 2, column: 9 }]);
  assert.equal(parse("on: [qemu/prepare, qemu/strat]").on, undefined);
  assert.equal(parse("on: [qemu/prepare").on, undefined);
});

Deno.test("parseManifest() refuses YAML that grows or nests without end, in a short time", () => {
  const started = performance.now();
  const laughs = ["a0: &a0 lol"].concat(
    Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(10)}]`),
  ).join("\n");
  const bombs = [
    `options:\n  ${laughs.replaceAll("\n", "\n  ")}`,
    `on: ${"[".repeat(60_000)}`,
    `on: ${"{a: ".repeat(15_000)}`,
    `on:\n${"- ".repeat(30_000)}`,
    `on: ${"? ".repeat(30_000)}`,
    `x: ${"!".repeat(60_000)}`,
    `x: "${"\\".repeat(60_000)}`,
    `${"a:\n".repeat(20_000)}`,
    `on: [${"qemu/strat, ".repeat(5_000)}]`,
    Array.from({ length: 8_000 }, (_, i) => `k${i}: 1`).join("\n"),
  ];
  for (const bomb of bombs) {
    const { manifest, issues } = parse(bomb);
    assert.equal(manifest, undefined);
    assert.ok(issues.length > 0);
  }
  assert.ok(performance.now() - started < 10_000, `${performance.now() - started} ms`);
});

Deno.test("parseManifest() refuses a file over a megabyte before it looks at it", () => {
  const { issues } = parseManifest("h.js", `${inComments(ON)}${" ".repeat(1_048_576)}`);
  assert.deepEqual(issues.map(({ line, message }) => [line, message]), [
    [0, "the handler is larger than 1048576 bytes"],
  ]);
});
