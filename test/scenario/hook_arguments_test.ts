import assert from "node:assert/strict";
import { type Ended, HAS_NAMESPACES, Host, PROGRAM, run } from "./support.ts";

function assertOneLine({ stdout, stderr, signal }: Ended, pattern: RegExp) {
  assert.equal(signal, null);
  assert.equal(stdout, "");
  assert.match(stderr, /^hookvisor: [^\n]+\n$/);
  assert.match(stderr, pattern);
}

Deno.test("an operation that nobody has heard of is exit 0, in silence, with a remark in the record", async () => {
  using host = new Host();
  host.handler("10-a", `on: ["*/*"]`, `host.fail("no")`);
  for (
    const [driver, operation] of [
      ["qemu", "teleport"],
      ["daemon", "prepare"],
      ["bhyve", "migrate"],
      ["network", "constructor"],
      ["network", "__proto__"],
      ["network", "toString"],
      ["qemu", "Prepare"],
      ["qemu", "-"],
      ["qemu", "prepare\n"],
    ] as const
  ) {
    const ended = await host.hook([driver, "v1", operation, "begin", "-"]);
    assert.deepEqual([ended.code, ended.stdout, ended.stderr], [0, "", ""], operation);
    const record = host.record();
    assert.equal(record.operation, operation);
    assert.deepEqual(record.handlers, []);
    assert.deepEqual(record.notes, [`unknown operation ${driver}/${operation}: nothing to do`]);
  }
});

Deno.test("a wrong number of arguments is one line and the operation's verdict", async () => {
  using host = new Host();
  const table: [words: string[], code: number][] = [
    [["qemu", "v1", "prepare", "begin"], 1],
    [["qemu", "v1", "prepare"], 1],
    [["qemu", "v1", "prepare", "begin", "-", "more"], 1],
    [["qemu", "v1", "stopped", "end"], 0],
    [["qemu", "v1", "reconnect"], 0],
    [["network", "default", "start"], 1],
    [["network", "default", "plugged"], 1],
    [["network", "default", "unplugged"], 0],
    [["qemu", "v1", "restore"], 0],
    [["qemu", "v1"], 0],
    [["qemu"], 0],
    [["daemon", "-", "start", "-"], 0],
    [["qemu", "v1", "teleport", "begin"], 0],
  ];
  for (const [words, code] of table) {
    const ended = await host.hook(words);
    assert.equal(ended.code, code, words.join(" "));
    assertOneLine(ended, new RegExp(`wrong number of arguments: got ${words.length - 1}, libvirt gives 4`));
  }
});

Deno.test("an empty argument is one line and the operation's verdict", async () => {
  using host = new Host();
  const table: [words: string[], what: string, code: number][] = [
    [["qemu", "", "prepare", "begin", "-"], "object", 1],
    [["qemu", "", "release", "end", "-"], "object", 0],
    [["qemu", "v1", "", "begin", "-"], "operation", 0],
    [["qemu", "v1", "prepare", "", "-"], "sub-operation", 1],
    [["qemu", "v1", "prepare", "begin", ""], "extra argument", 1],
  ];
  for (const [words, what, code] of table) {
    const ended = await host.hook(words);
    assert.equal(ended.code, code, JSON.stringify(words));
    assertOneLine(ended, new RegExp(`the ${what} is empty`));
  }
});

Deno.test("an argument that is not UTF-8 is one line and the operation's verdict", async () => {
  using host = new Host();
  const table: [script: string, what: string, code: number][] = [
    [`qemu "$(printf 'v\\377')" prepare begin -`, "object", 1],
    [`qemu "$(printf 'v\\377')" reconnect begin -`, "object", 0],
    [`qemu "$(printf '\\303\\050')" started begin -`, "object", 0],
    [`qemu "$(printf '\\355\\240\\200')" prepare begin -`, "object", 1],
    [`qemu v1 prepare "$(printf '\\300\\200')" -`, "sub-operation", 1],
    [`qemu v1 release end "$(printf 'caf\\351')"`, "extra argument", 0],
  ];
  for (const [script, what, code] of table) {
    const options = host.arguments([]).map((word) => `'${word}'`).join(" ");
    const ended = await run("/bin/sh", ["-c", `exec "${PROGRAM}" ${options} ${script}`]);
    assert.equal(ended.code, code, script);
    assertOneLine(ended, new RegExp(`the ${what} is not UTF-8`));
  }
});

Deno.test(
  "an argument that is not UTF-8 is one line by a link too",
  { ignore: !HAS_NAMESPACES },
  async () => {
    using host = new Host();
    await host.link("qemu", ["v1", "start", "begin", "-"]);
    const script = `exec ${host.folder}/hooks/qemu "$(printf 'v\\377')" start begin -`;
    const ended = await host.inside(script, []);
    assert.equal(ended.code, 1);
    assertOneLine(ended, /the object is not UTF-8/);
  },
);

Deno.test("names are taken as they are, whatever they look like", async () => {
  using host = new Host();
  host.handler("10-a", `on: [qemu/start]`, "host.log.info(event.name)");
  const names = [
    "--help",
    "--config-dir",
    "-",
    "a b;$(id) 'q' é",
    "../../etc/passwd",
    "line\nbreak",
    "tab\tand \u001b[31mcolour",
    "name\u2028separator",
    "*",
    "x".repeat(5000),
    "日本語 🖥",
    "{{name}}",
  ];
  for (const name of names) {
    const ended = await host.hook(["qemu", name, "start", "begin", "-"]);
    assert.deepEqual([ended.code, ended.stderr], [0, ""], name.slice(0, 40));
    assert.equal(host.record().object, name);
    assert.equal(host.record().handlers[0]?.outcome, "success");
  }
});

Deno.test("a name cannot break the one line on stderr", async () => {
  using host = new Host();
  host.handler("10-a", `on: [qemu/start]`, `host.fail("no\\nsecond line\\r\\u001b[2J" + event.name)`);
  const ended = await host.hook(["qemu", "a\nb\u001b[31m", "start", "begin", "-"]);
  assert.equal(ended.code, 1);
  assert.equal(
    ended.stderr,
    "hookvisor: a\\nb\\u001b[31m: start refused by 10-a: no\\nsecond line\\r\\u001b[2Ja\\nb\\u001b[31m\n",
  );
});

Deno.test("an unknown driver is one line and exit 0", async () => {
  using host = new Host();
  const ended = await host.hook(["vmware", "v1", "start", "begin", "-"]);
  assert.equal(ended.code, 0);
  assertOneLine(ended, /unknown driver "vmware"/);
});
