import assert from "node:assert/strict";
import { fixture, HAS_NAMESPACES, Host } from "./support.ts";

/** libvirt's calls as docs/operations.md and libvirt's docs/hooks.rst list them: driver, operation, sub-operation, extra. */
const CALLS = [
  "daemon start - start",
  "daemon shutdown - shutdown",
  "daemon reload begin SIGHUP",
  ...["prepare", "start", "started", "migrate", "restore", "reconnect", "attach"].map((o) =>
    `qemu ${o} begin -`
  ),
  ...["stopped", "release"].map((o) => `qemu ${o} end -`),
  ...["unknown", "shutdown", "destroyed", "crashed", "migrated", "saved", "failed", "from_snapshot", "daemon"]
    .map((reason) => `qemu release end ${reason}`),
  ...["prepare", "start", "started", "reconnect"].map((o) => `lxc ${o} begin -`),
  ...["stopped", "release"].map((o) => `lxc ${o} end -`),
  "lxc release end destroyed",
  ...["prepare", "start", "started", "migrate", "reconnect"].map((o) => `libxl ${o} begin -`),
  ...["stopped", "release"].map((o) => `libxl ${o} end -`),
  ...["prepare", "start", "started"].map((o) => `bhyve ${o} begin -`),
  ...["stopped", "release"].map((o) => `bhyve ${o} end -`),
  ...["start", "started", "updated", "port-created", "port-deleted"].map((o) => `network ${o} begin -`),
  "network stopped end -",
].map((line) => line.split(" ").map((word) => word.replaceAll("_", " ")));

const WATCH = `const { driver, operation, subOperation, extra, name, reason = null } = event;
host.log.info("seen", { driver, operation, subOperation, extra, name, reason });`;

/** Makes every call, and checks that a handler for everything saw exactly what libvirt said. */
async function callAll(call: (host: Host, driver: string, words: string[]) => Promise<unknown>) {
  using host = new Host();
  host.handler("10-watch", `on: ["*/*"]`, WATCH);
  for (const [driver = "", operation = "", subOperation = "", extra = ""] of CALLS) {
    const name = driver === "daemon" ? "-" : "v1";
    const ended = await call(host, driver, [name, operation, subOperation, extra]);
    const what = [driver, operation, subOperation, extra].join(" ");
    assert.deepEqual(ended, { code: 0, signal: null, stdout: "", stderr: "" }, what);
    const record = host.record();
    assert.equal(`${record.driver} ${record.operation} ${record.subOperation} ${record.extra}`, what);
    const reason = operation === "release" && extra !== "-" ? extra : null;
    assert.deepEqual(
      record.handlers.map((h) => [h.name, h.outcome, h.calls[0]?.fields]),
      [["10-watch", "success", { driver, operation, subOperation, extra, name, reason }]],
      what,
    );
  }
  assert.equal(host.records().length, CALLS.length);
}

const plain = ({ code, signal, stdout, stderr }: Awaited<ReturnType<Host["hook"]>>) => ({
  code,
  signal,
  stdout,
  stderr,
});

Deno.test('every operation of every driver reaches a handler by "hookvisor hook"', () =>
  callAll(async (host, driver, words) => plain(await host.hook([driver, ...words]))));

Deno.test({
  name: "every operation of every driver reaches a handler by a link named after the driver",
  ignore: !HAS_NAMESPACES,
  fn: () => callAll(async (host, driver, words) => plain(await host.link(driver, words))),
});

Deno.test({
  name:
    "every operation of every driver reaches a handler by a link of any name in the driver's .d directory",
  ignore: !HAS_NAMESPACES,
  fn: () => {
    const names = ["50-hookvisor", ".hidden", "hookvisor~", "a b", "-x", "qemu", "network"];
    let turn = 0;
    return callAll(async (host, driver, words) =>
      plain(await host.link(`${driver}.d/${names[turn++ % names.length]}`, words))
    );
  },
});

Deno.test("the words of older libvirt reach handlers under today's names, and the record keeps both", async () => {
  using host = new Host();
  host.handler(
    "10-watch",
    "on: [network/port-created, network/port-deleted]",
    "host.log.info(event.operation)",
  );
  for (const [word, today] of [["plugged", "port-created"], ["unplugged", "port-deleted"]] as const) {
    const ended = await host.hook(["network", "default", word, "begin", "-"]);
    assert.equal(ended.code, 0);
    const record = host.record();
    assert.equal(record.operation, today);
    assert.equal(record.calledOperation, word);
    assert.equal(record.handlers[0]?.calls[0]?.what, today);
  }
});

Deno.test(
  "a link in .d is a hook call though its own name is another driver's",
  { ignore: !HAS_NAMESPACES },
  async () => {
    using host = new Host();
    host.handler("10-watch", `on: ["*/*"]`, "host.log.info(event.driver)");
    const ended = await host.link("lxc.d/hookvisor", ["c1", "start", "begin", "-"]);
    assert.equal(ended.code, 0);
    assert.equal(host.record().driver, "lxc");
  },
);

Deno.test("a call for which there is no handler writes a record and nothing else", async () => {
  using host = new Host();
  const ended = await host.hook(["qemu", "v1", "start", "begin", "-"], {
    stdin: fixture("9.0.0/004-qemu-start"),
  });
  assert.deepEqual(plain(ended), { code: 0, signal: null, stdout: "", stderr: "" });
  const { time, id, ms, ...rest } = host.record();
  assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.match(id, /^[0-9a-z]+-[0-9a-z]{4}$/);
  assert.ok(ms > 0 && ms < 10_000);
  assert.deepEqual(rest, {
    v: 1,
    driver: "qemu",
    object: "v1",
    operation: "start",
    subOperation: "begin",
    extra: "-",
    verdict: "success",
    exitCode: 0,
    handlers: [],
  });
});
