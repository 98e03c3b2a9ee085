import assert from "node:assert/strict";
import { domainXml, handler, run, World } from "./admin_world.ts";

const PROGRAM = new URL("../../dist/hookvisor", import.meta.url).pathname;

function withCalls(): World {
  const world = new World();
  world.write(
    "10-a.js",
    handler("on: [qemu/prepare, qemu/started]", `  if (event.name === "bad") host.fail("no room");`),
  );
  const call = (name: string, operation: string, sub = "begin") =>
    world.hook(["qemu", name, operation, sub, "-"], domainXml(name));
  call("good", "prepare");
  call("bad", "prepare");
  call("bad", "started");
  call("good", "release", "end");
  return world;
}

Deno.test("history shows calls, the newest last, with handlers, duration, verdict and reason", () => {
  using world = withCalls();
  const { code, stdout } = world.admin("history");
  assert.equal(code, 0);
  const lines = stdout.trimEnd().split("\n");
  assert.equal(lines.length, 5);
  assert.match(lines[0]!, /^ID +TIME +OPERATION +GUEST +HANDLERS +DURATION +VERDICT +REASON$/);
  assert.match(
    lines[1]!,
    /^\S+ +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +qemu\/prepare +good +10-a +[\d.]+ ms +success$/,
  );
  assert.match(lines[2]!, /qemu\/prepare +bad .* abort +bad: prepare refused by 10-a: no room/);
  assert.match(
    lines[3]!,
    /qemu\/started +bad .* ignore +10-a: no room$/,
  );
  assert.match(lines[4]!, /qemu\/release +good +- .* success$/);
});

Deno.test("history tells file, line and column of a failure that was ignored too", () => {
  using world = new World();
  world.write("10-a.js", handler("on: [qemu/*]", `  throw new Error("no room");`));
  for (const operation of ["prepare", "started"]) {
    world.hook(["qemu", "v1", operation, "begin", "-"], domainXml("v1"));
  }
  const lines = world.admin("history").stdout.trimEnd().split("\n");
  const place = String.raw`no room \(/.*/10-a\.js:\d+:\d+\)$`;
  assert.match(lines[1]!, new RegExp(`abort +v1: prepare refused by 10-a: ${place}`));
  assert.match(lines[2]!, new RegExp(`ignore +10-a: ${place}`));
});

Deno.test("history chooses by guest, failure, operation, handler, time and number", () => {
  using world = withCalls();
  const count = (...args: string[]) =>
    world.admin("history", "--json", ...args).stdout.split("\n").length - 1;
  assert.equal(count("--guest", "bad"), 2);
  assert.equal(count("--failed"), 2);
  assert.equal(count("--failed", "--guest", "good"), 0);
  assert.equal(count("--operation", "qemu/prepare"), 2);
  assert.equal(count("--operation", "started", "--driver", "qemu"), 1);
  assert.equal(count("--driver", "network"), 0);
  assert.equal(count("--handler", "10-a.js"), 3);
  assert.equal(count("--since", "1h"), 4);
  assert.equal(count("--since", "2099-01-01"), 0);
  assert.equal(count("-n", "1"), 1);
  assert.equal(count("-n", "all"), 4);
  for (const args of [["--since", "soon"], ["-n", "0"], ["what"], ["show"]]) {
    assert.equal(world.admin("history", ...args).code, 2, args.join(" "));
  }
});

Deno.test("history show prints the timeline of one call, by its ID or the last that is wanted", () => {
  using world = withCalls();
  const [record] = world.admin("history", "--json", "--failed", "-n", "2").stdout.split("\n");
  const { id } = JSON.parse(record!);
  const shown = world.admin("history", "show", id);
  assert.equal(shown.code, 0);
  assert.match(
    shown.stdout,
    /^qemu\/prepare {2}bad\n[^]*✘ 10-a {2}fail, aborts[^]*libvirt {2}does not start the guest/,
  );
  assert.match(world.admin("history", "show", "last", "--guest", "bad").stdout, /^qemu\/started {2}bad\n/);
  const missing = world.admin("history", "show", "nope");
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /no call "nope" in/);
});

Deno.test("history reads the files that the log was rotated into, and passes over lines that are no records", () => {
  using world = withCalls();
  const log = `${world.root}/log/events.jsonl`;
  Deno.renameSync(log, `${log}.1`);
  Deno.writeTextFileSync(log, `{"half a rec\n[]\nnull\n`);
  world.hook(["qemu", "new", "prepare", "begin", "-"], domainXml("new"));
  const { stdout } = world.admin("history");
  assert.equal(stdout.trimEnd().split("\n").length, 6);
  assert.match(stdout.trimEnd().split("\n").at(-1)!, / new /);
});

Deno.test("history --follow prints calls as they come, through a rotation", async () => {
  using world = new World();
  world.write("10-a.js", handler("on: [qemu/prepare]", ""));
  world.write("config/config.yaml", "log: {maxSize: 64KiB, keep: 2}\n");
  const log = `${world.root}/log/events.jsonl`;
  world.hook(["qemu", "zero", "prepare", "begin", "-"], domainXml("zero"));
  const child = new Deno.Command(PROGRAM, {
    args: ["history", ...world.directories, "--follow", "--json"],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const readTo = async (name: string) => {
    while (!text.includes(`"${name}"`)) {
      const { value, done } = await reader.read();
      if (done) break;
      text += value;
    }
  };
  await readTo("zero");
  world.hook(["qemu", "one", "prepare", "begin", "-"], domainXml("one"));
  Deno.renameSync(log, `${log}.1`);
  world.hook(["qemu", "two", "prepare", "begin", "-"], domainXml("two"));
  await readTo("two");
  child.kill("SIGINT");
  await reader.cancel();
  await child.status;
  assert.deepEqual(text.trimEnd().split("\n").map((line) => JSON.parse(line).object), [
    "zero",
    "one",
    "two",
  ]);
});

Deno.test("history ends quietly when its reader does", () => {
  using world = withCalls();
  const { code, stderr } = new Deno.Command("/bin/sh", {
    args: ["-c", `{ '${PROGRAM}' history --log-dir '${world.root}/log'; echo $? >&2; } | head -n 1`],
    stdin: "null",
    stdout: "null",
  }).outputSync();
  assert.equal(code, 0);
  assert.match(new TextDecoder().decode(stderr), /^0\n$/);
});

Deno.test("history of a log that is not there says so and exits 0", () => {
  const { code, stderr } = run(["history", "--log-dir", "/nonexistent/hookvisor"]);
  assert.equal(code, 0);
  assert.match(stderr, /no such call in \/nonexistent\/hookvisor\/events\.jsonl/);
});

Deno.test("history of many records, in many files, shows all of them and the last of them", () => {
  using world = withCalls();
  const log = `${world.root}/log/events.jsonl`;
  const [line] = world.read("log/events.jsonl").split("\n");
  const record = JSON.parse(line!);
  for (let file = 1; file <= 3; file++) {
    const lines = Array.from(
      { length: 20_000 },
      (_, i) => JSON.stringify({ ...record, id: `m${file}-${i}` }),
    );
    Deno.writeTextFileSync(`${log}.${file}`, lines.join("\n") + "\n");
  }
  const count = (...args: string[]) => world.admin("history", ...args).stdout.trimEnd().split("\n").length;
  assert.equal(count("-n", "all", "--json"), 60_004);
  assert.equal(count("-n", "30000"), 30_001);
  assert.equal(count(), 51);
  assert.match(world.admin("history", "show", "m3-0").stdout, /^qemu\/prepare {2}good\n[^]* id m3-0\n/);
});
