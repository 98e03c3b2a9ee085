/** What a restored call is given: its arguments, its name and place, its descriptors. */
import assert from "node:assert/strict";
import { HAS_CHECKPOINTS, playBoth, type Story } from "./checkpoint.ts";
import { fixture, type Host, type Words } from "./support.ts";

const PREPARE: Words = ["v1", "prepare", "begin", "-"];
const XML = fixture("9.0.0/003-qemu-prepare");
const ignore = !HAS_CHECKPOINTS;

/** A handler that tells what it is given. */
function telling(host: Host): void {
  host.handler(
    "10-a",
    "on: [qemu/prepare]",
    "host.log.info(JSON.stringify([event.name, event.subOperation]));",
  );
}

/** A handler that reads standard input. */
function reading(host: Host): void {
  host.file("config.yaml", "timeouts: {qemu/prepare: 1500ms}\n");
  host.handler("10-a", "on: [qemu/prepare]", "host.log.info(event.xml.length + event.uuid);");
}

Deno.test("every byte of a restored call's arguments arrives", { ignore }, async () => {
  const names = [
    "a b;$(id) 'q' \"é\"",
    "line\nbreak\n",
    "日本語 🖥",
    "--help",
    "-",
    "tab\tand \u001b[31mcolour",
    "x".repeat(255),
    "é".repeat(127),
    "x".repeat(100_000),
  ];
  const calls = names.map((name) => [name, "prepare", "begin", name]);
  const { records } = await playBoth({ set: telling, calls, options: { stdin: XML } }, names.length - 2);
  assert.deepEqual(records.map((record) => (record as { object: string }).object), names);
});

Deno.test("arguments that are empty, too few, too many or not UTF-8 are refused as in a plain call", {
  ignore,
}, async () => {
  const calls = [["", "prepare", "begin", "-"], ["v1", "prepare", "begin", ""], ["v1", "", "begin", "-"]];
  const empty = await playBoth({ set: telling, calls });
  assert.deepEqual(empty.told.map(({ code }) => code), [1, 1, 0]);
  for (const words of [["v1", "prepare", "begin"], ["v1", "prepare", "begin", "-", "-"], []]) {
    const { told } = await playBoth({ set: telling, calls: [words] }, 0);
    assert.match(told[0]!.stderr, /wrong number of arguments/);
  }
  for (const name of ["v\\377", "\\303\\050", "\\355\\240\\200"]) {
    const script = `name="$(printf '${name}')"; exec "$1" "$name" prepare begin -`;
    const { told } = await playBoth({ set: telling, calls: [[]], script });
    assert.equal(told[0]!.code, 1);
    assert.match(told[0]!.stderr, /the object is not UTF-8/);
  }
});

const PLACES: Record<string, Pick<Story, "link" | "script">> = {
  "a link in qemu.d": { link: "qemu.d/50-hookvisor" },
  "a link of another driver's name in qemu.d": { link: "qemu.d/network" },
  "a relative path": { script: `cd "\${1%/*}"; shift; exec ./qemu "$@"` },
  "a relative path through its parent": {
    link: "qemu.d/50-hookvisor",
    script: `cd "\${1%/*}"; shift; exec ../qemu.d/50-hookvisor "$@"`,
  },
  "PATH": { script: `PATH="\${1%/*}:$PATH"; shift; exec qemu "$@"` },
  "a working directory that is gone": { script: `mkdir /tmp/gone; cd /tmp/gone; rmdir ../gone; exec "$@"` },
};

for (const [what, { link = "qemu", script = `exec "$@"` }] of Object.entries(PLACES)) {
  Deno.test(`a call by ${what} is restored, and is the same call`, { ignore }, async () => {
    const { told, records } = await playBoth({
      set: telling,
      calls: [PREPARE],
      link,
      script,
      options: { stdin: XML },
    });
    assert.deepEqual(told, [{ code: 0, stdout: "", stderr: "" }]);
    assert.equal((records[0] as { driver: string }).driver, "qemu");
  });
}

Deno.test("an admin command of four words is no hook call, and starts plainly", { ignore }, async () => {
  const script = `exec /mnt/dist/hookvisor check --json --config-dir /etc/hookvisor`;
  const { told } = await playBoth({ set: telling, calls: [PREPARE], script, records: 0 }, 0);
  assert.equal(told[0]!.code, 0, told[0]!.stderr);
  assert.match(told[0]!.stdout, /10-a/);
});

/** Inputs as the shell gives them, and how many characters the handler sees. */
const INPUTS: Record<string, [script: string, restored: 0 | 1, chars?: number]> = {
  "standard input closed": [`exec "$@" <&-`, 0],
  "an empty standard input": [`: | "$@"`, 1],
  "/dev/null": [`exec "$@" < /dev/null`, 1],
  "8 KB from a file": [`make 8000 > /tmp/xml; exec "$@" < /tmp/xml`, 1, 8000],
  "8 KB through a pipe": [`make 8000 | "$@"`, 1, 8000],
  "1 MB through a pipe": [`make 1000000 | "$@"`, 1, 1_000_000],
  "1 MB that comes bit by bit": [
    `(make 1000000 > /tmp/xml; dd if=/tmp/xml bs=1000 2> /dev/null | (head -c 300000; sleep 0.3; cat)) | "$@"`,
    1,
    1_000_000,
  ],
};
/** Writes a domain of so many characters. */
const MAKE = `make() {
  head='<domain><uuid>8268b547-defb-44f3-a402-07588cffe9f9</uuid><description>' tail='</description></domain>'
  printf %s "$head"; head -c $(($1 - \${#head} - \${#tail})) /dev/zero | tr '\\0' x; printf %s "$tail"
}
`;

for (const [what, [script, restored, chars]] of Object.entries(INPUTS)) {
  Deno.test(`a call with ${what} is right, restored too`, { ignore }, async () => {
    const story = { set: reading, calls: [PREPARE], script: MAKE + script };
    const { told, records } = await playBoth(story, restored);
    assert.equal(told[0]!.code, chars === undefined ? 1 : 0, told[0]!.stderr);
    const [line] = (records[0] as { handlers: { calls: { call: string; what: string }[] }[] }).handlers[0]!
      .calls.filter(({ call }) => call === "log");
    assert.equal(line?.what, chars && `${chars}8268b547-defb-44f3-a402-07588cffe9f9`);
  });
}

Deno.test("a restored call whose input never ends is over at its deadline", { ignore }, async () => {
  const { told } = await playBoth({ set: reading, calls: [PREPARE], options: { stdin: "open" } });
  assert.equal(told[0]!.code, 1);
  assert.match(told[0]!.stderr, /timed out/);
});

/** What the shell does with descriptors, and whether a call can be restored then. */
const DESCRIPTORS: Record<string, [script: string, restored?: 1]> = {
  "standard output closed": [`exec "$@" >&-`],
  "standard error closed": [`exec "$@" 2>&-`],
  "all three closed": [`exec "$@" <&- >&- 2>&-`],
  "a reader of standard output that is gone": [`(sleep 0.1; exec "$@") | :; exit 5`, 1],
  "a reader of standard error that is gone": [`{ (sleep 0.1; exec "$@") 2>&1 >&4 | :; } 4>&1; exit 5`],
  "a reader that comes late": [`"$@" | (sleep 0.5; cat)`, 1],
  "standard output that is /dev/full": [`exec "$@" > /dev/full`, 1],
  "both outputs in one file": [`"$@" > /tmp/out 2>&1; code=$?; cat /tmp/out; exit $code`, 1],
  "descriptor 3 open": [`exec "$@" 3< /dev/null`],
  "all descriptors from 3 to 9 open": [
    `exec "$@" 3< /dev/null 4< /dev/null 5>&1 6>&2 7< /dev/null 8< /dev/null 9< /dev/null`,
  ],
  ...Object.fromEntries(
    [5, 9].map((n) => [`descriptor ${n} open`, [`exec "$@" ${n}< /dev/null`]]),
  ),
};

for (const [what, [script, restored = 0]] of Object.entries(DESCRIPTORS)) {
  Deno.test(`a call with ${what} is right, restored or not`, { ignore }, async () => {
    const set = (host: Host) => {
      host.handler(
        "10-a",
        "on: [qemu/*]\nallow: {xml: true}",
        `host.xml.set("title", "t"); host.log.info(event.uuid);`,
      );
      host.handler("20-b", "on: [qemu/prepare]", `host.fail("no");`);
    };
    const calls = [["v1", "migrate", "begin", "-"], PREPARE];
    await playBoth({ set, calls, script, options: { stdin: XML } }, restored * 2);
  });
}
