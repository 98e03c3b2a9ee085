import assert from "node:assert/strict";
import { fixture, Host } from "./support.ts";

const START = ["qemu", "v1", "start", "begin", "-"];
/** More than a pipe holds (64 KiB), so that a writer waits for a reader. */
const LARGE = `<domain><name>v1</name><description>${"x".repeat(300_000)}</description></domain>`;

Deno.test("300 KB on standard input that no handler looks at are left there, and nobody waits", async () => {
  using host = new Host();
  for (const body of [undefined, "host.log.info(event.name)"]) {
    if (body !== undefined) host.handler("10-a", "on: [qemu/start]", body);
    const ended = await host.hook(START, { stdin: LARGE });
    assert.deepEqual([ended.code, ended.stderr], [0, ""]);
    assert.ok(ended.exitMs < 4_000, `${ended.exitMs} ms`);
    assert.ok(ended.stdinTaken < 100_000, `${ended.stdinTaken} bytes were taken`);
  }
});

Deno.test("standard input that stays open and silent holds nobody up who does not read it", async () => {
  using host = new Host();
  host.handler("10-a", "on: [qemu/start]\nguests: [v1]", "host.log.info(event.name)");
  const ended = await host.hook(START, { stdin: "open" });
  assert.deepEqual([ended.code, ended.stderr], [0, ""]);
  assert.ok(ended.exitMs < 4_000, `${ended.exitMs} ms`);
});

Deno.test("event.xml is the text libvirt wrote, to the byte", async () => {
  using host = new Host();
  host.handler(
    "10-a",
    "on: [qemu/start]\nallow: {write: [/tmp/hookvisor-test-*/scratch/xml]}",
    `await host.fs.write("${host.scratch()}/xml", event.xml)`,
  );
  for (const stdin of [fixture("12.8.0/004-qemu-start"), LARGE, "\ufeff<domain>é 🖥\r\n</domain>\n"]) {
    const ended = await host.hook(START, { stdin });
    assert.deepEqual([ended.code, ended.stderr], [0, ""]);
    assert.equal(Deno.readTextFileSync(`${host.folder}/scratch/xml`), stdin);
  }
});

Deno.test("an input over 16 MiB is refused, and only for those who look at it", async () => {
  using host = new Host();
  const stdin = new Uint8Array(17 * 1024 * 1024).fill(0x20);
  host.handler("10-a", "on: [qemu/start]", "event.xml");
  const ended = await host.hook(START, { stdin, memory: true });
  assert.equal(ended.code, 1);
  assert.match(
    ended.stderr,
    /^hookvisor: v1: start refused by 10-a: HookDataError: standard input is larger than 16777216 bytes \([^\n]+\n$/,
  );
  assert.ok(ended.peakKiB < 256 * 1024, `${ended.peakKiB} KiB`);
  host.handler("10-a", "on: [qemu/start]", "event.name");
  assert.equal((await host.hook(START, { stdin })).code, 0);
});

Deno.test("no input, one that is not UTF-8 and one that is not XML are failures of those who look", async () => {
  using host = new Host();
  const table: [stdin: string | Uint8Array<ArrayBuffer>, body: string, message: RegExp][] = [
    ["", "event.xml", /libvirt gave no XML on standard input/],
    [new Uint8Array([0x3c, 0x61, 0xff, 0x3e]), "event.xml", /stdin:1:3: .*UTF-8/],
    ["<domain>", "event.uuid", /stdin:1:\d+: /],
    ["<domain><uuid>1</uuid></doman>", "event.uuid", /stdin:1:\d+: /],
  ];
  for (const [stdin, body, message] of table) {
    host.handler("10-a", "on: [qemu/start]", body);
    const ended = await host.hook(START, { stdin });
    assert.equal(ended.code, 1, body);
    assert.match(ended.stderr, message);
    assert.match(ended.stderr, /^hookvisor: [^\n]+\n$/);
  }
});

Deno.test("an input that never ends is given up at the deadline", async () => {
  using host = new Host();
  host.file("config.yaml", "timeouts: {qemu/start: 1s}\n");
  host.handler("10-a", "on: [qemu/start]", "event.xml");
  const ended = await host.hook(START, { stdin: "open" });
  assert.equal(ended.code, 1);
  assert.match(ended.stderr, /timed out/);
  assert.ok(ended.exitMs < 2_000, `${ended.exitMs} ms`);
});

Deno.test("an input that never ends is given up when the handler's own time is over", async () => {
  using host = new Host();
  host.handler("10-a", "on: [qemu/start]\ntimeout: 1s", "event.xml");
  const ended = await host.hook(START, { stdin: "open" });
  assert.equal(ended.code, 1);
  assert.ok(ended.exitMs < 2_000, `${ended.exitMs} ms`);
});

Deno.test("several handlers read the same input", async () => {
  using host = new Host();
  for (const name of ["10-a", "20-b"]) {
    host.handler(
      name,
      "on: [qemu/start]",
      "host.log.info(String(event.xml.length) + event.uuid + host.guest.uuid)",
    );
  }
  const stdin = fixture("9.0.0/004-qemu-start");
  await host.hook(START, { stdin });
  const lines = host.record().handlers.map((handler) =>
    handler.calls.find((call) => call.call === "log")?.what
  );
  const uuid = /<uuid>(.*?)<\/uuid>/.exec(stdin)?.[1];
  assert.deepEqual(lines, [`${stdin.length}${uuid}${uuid}`, `${stdin.length}${uuid}${uuid}`]);
});
