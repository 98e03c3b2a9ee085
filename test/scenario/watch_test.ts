import assert from "node:assert/strict";
import { handler, World } from "./admin_world.ts";
import { lifecycle, MadeDaemon } from "./made_daemon.ts";
import { hasTool } from "../build/elf/tools.ts";
import { exists, pause, PROGRAM } from "./support.ts";
import type { HookRecord } from "../../src/records/record.ts";

const [SUSPENDED, RESUMED] = [3, 4];
/** virDomainState and its reason: runs; paused by an I/O error; shut off by a crash; shut down. */
const RUNS = { state: 1, reason: 1 };
const PAUSED_BY_ERROR = { state: 3, reason: 5 };
const CRASHED = { state: 5, reason: 3 };
const SHUT_DOWN = { state: 5, reason: 1 };

/** A place with handlers and a made daemon, in which `hookvisor watch` runs. */
class Watched implements AsyncDisposable {
  readonly world = new World();
  readonly daemon: MadeDaemon;
  readonly #env: Record<string, string>;
  #process: Deno.ChildProcess | undefined;
  stderr = "";

  constructor(handlers: Record<string, string>, env: Record<string, string> = {}) {
    this.#env = env;
    for (const [name, text] of Object.entries(handlers)) this.world.write(`${name}.js`, text);
    Deno.chmodSync(`${this.world.root}/state`, 0o700);
    Deno.mkdirSync(this.run);
    this.daemon = new MadeDaemon(`${this.run}/virtqemud-sock-ro`);
  }

  get run(): string {
    return `${this.world.root}/run`;
  }

  get pid(): number {
    return this.#process!.pid;
  }

  /** Starts it, and waits until it is connected. */
  async start(): Promise<void> {
    const before = this.stderr.length;
    this.#process = this.spawn();
    void this.#collect(this.#process.stderr);
    await this.until(
      () => /qemu:\/\/\/system: connected|no handler names an event/.test(this.stderr.slice(before)),
      "connected",
    );
  }

  spawn(): Deno.ChildProcess {
    const args = ["watch", ...this.world.directories, "--libvirt-run-dir", this.run];
    const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C", ...this.#env };
    return new Deno.Command(PROGRAM, { args, clearEnv: true, env, stdout: "null", stderr: "piped" }).spawn();
  }

  async stop(signal: Deno.Signal = "SIGKILL"): Promise<void> {
    this.#process?.kill(signal);
    await this.#process?.status;
    this.#process = undefined;
  }

  records(): HookRecord[] {
    try {
      const lines = this.world.read("log/events.jsonl").split("\n").filter((line) => line !== "");
      return lines.map((line) => JSON.parse(line) as HookRecord);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  }

  /** The events that handlers ran for, as `guest operation`. */
  ran(): string[] {
    return this.records().filter(({ handlers }) => handlers.length > 0)
      .map(({ object, operation }) => `${object} ${operation}`);
  }

  async until(isSo: () => boolean, what: string): Promise<void> {
    const end = performance.now() + 120_000;
    while (!isSo()) {
      assert.ok(performance.now() < end, `${what}\n${this.stderr}\n${this.ran().join("\n")}`);
      await pause(20);
    }
  }

  async #collect(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const bytes of stream) this.stderr += new TextDecoder().decode(bytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    this.daemon[Symbol.dispose]();
    // Handlers that run have processes of their own, which may still write.
    for (let tries = 50; this.#isLeft(tries > 0); tries--) await pause(100);
  }

  #isLeft(mayFail: boolean): boolean {
    try {
      this.world[Symbol.dispose]();
    } catch (error) {
      if (!mayFail) throw error;
      return true;
    }
    return false;
  }
}

const SEEN = handler("on: [qemu/paused, qemu/resumed, qemu/crashed, qemu/rebooted]", "");

Deno.test("watch runs handlers for events with libvirt's fields and the domain, and for no guest that they leave out", async () => {
  const body = "host.log.info('seen', {reason: event.reason, missed: event.missed, uuid: event.uuid, " +
    "memory: event.domain.memoryKiB, sub: event.subOperation, extra: event.extra});";
  await using watched = new Watched({ "10-a": handler('on: [qemu/paused]\nguests: ["a*"]', body) });
  await watched.start();
  await watched.daemon.lifecycle("b1", SUSPENDED, 0);
  await watched.daemon.lifecycle("a1", SUSPENDED, 2);
  await watched.daemon.lifecycle("a1", RESUMED, 0);
  await watched.until(() => watched.ran().length > 0, "it ran");
  await pause(300);
  const [record, ...more] = watched.records();
  assert.deepEqual(more, []);
  assert.deepEqual(record?.event, { reason: "ioerror" });
  assert.equal(record?.extra, "-");
  assert.deepEqual(record?.handlers[0]?.calls.find(({ what }) => what === "seen")?.fields, {
    reason: "ioerror",
    missed: false,
    uuid: "61310000-0000-0000-0000-000000000000",
    memory: 1024,
    sub: "event",
    extra: "-",
  });
});

Deno.test("watch: a guest's events come in order, one after the other, those of other guests meanwhile", async () => {
  const body = "await host.sleep(300);";
  await using watched = new Watched({ "10-a": handler("on: [qemu/paused, qemu/resumed]", body) });
  await watched.start();
  for (const name of ["a", "b", "c"]) {
    for (const event of [SUSPENDED, RESUMED, SUSPENDED]) await watched.daemon.lifecycle(name, event, 0);
  }
  await watched.until(() => watched.ran().length === 9, "all ran");
  for (const name of ["a", "b", "c"]) {
    const own = watched.records().filter(({ object }) => object === name);
    assert.deepEqual(own.map(({ operation }) => operation), ["paused", "resumed", "paused"]);
    const times = own.map(({ time }) => Date.parse(time));
    assert.ok(times[1]! - times[0]! >= 300 && times[2]! - times[1]! >= 300, `${name}: ${times}`);
  }
  // Each guest's first was over before any guest's third: nobody waited for all of another's.
  const order = watched.records().map(({ object }) => object);
  assert.deepEqual([...new Set(order.slice(0, 3))].sort(), ["a", "b", "c"]);
});

Deno.test("watch bounds a storm in memory and processes, and counts what was folded and dropped", async () => {
  await using watched = new Watched({ "10-a": SEEN });
  await watched.start();
  const kiB = (key: string) =>
    Number(
      new RegExp(`${key}:\\s+(\\d+)`).exec(Deno.readTextFileSync(`/proc/${watched.pid}/status`))?.[1],
    );
  const peak = () => kiB("VmHWM");
  const before = peak();
  const names = Array.from({ length: 10 }, (_, i) => `guest-${i}`);
  const storm = Array.from(
    { length: 2000 },
    (_, i) => names.map((name) => lifecycle(name, SUSPENDED, i % 4 < 2 ? 0 : 2)),
  ).flat();
  let most = 0;
  const looking = setInterval(() => {
    const children = Deno.readTextFileSync(`/proc/${watched.pid}/task/${watched.pid}/children`);
    most = Math.max(most, children.trim().split(" ").length);
  }, 5);
  for (let i = 0; i < storm.length; i += 500) {
    await watched.daemon.send(Uint8Array.from(storm.slice(i, i + 500).flatMap((bytes) => [...bytes])));
  }
  const counts = () => {
    const records = watched.records();
    const sum = (key: string) => records.reduce((sum, { event }) => sum + Number(event?.[key] ?? 0), 0);
    return { ran: watched.ran().length, folded: sum("folded"), dropped: sum("dropped") };
  };
  try {
    await watched.until(() => {
      const { ran, folded, dropped } = counts();
      return ran + folded + dropped >= storm.length;
    }, "every event is accounted for");
  } finally {
    clearInterval(looking);
  }
  const { ran, folded, dropped } = counts();
  assert.equal(ran + folded + dropped, storm.length, watched.stderr);
  assert.ok(ran >= 10 && folded > 0 && dropped > 0, JSON.stringify({ ran, folded, dropped }));
  assert.ok(most > 1 && most <= 8, `${most} processes at once`);
  assert.ok(peak() - before < 40_000, `${before} KiB became ${peak()} KiB`);
  await watched.until(() => kiB("VmRSS") < 50_000, "the memory of the storm is given back");
  const { stdout } = watched.world.admin("metrics");
  const metric = (name: string) =>
    [...stdout.matchAll(new RegExp(`^${name}{[^}]*} (\\d+)$`, "gm"))].reduce(
      (sum, [, n]) => sum + Number(n),
      0,
    );
  assert.equal(metric("hookvisor_events_folded_total"), folded);
  assert.equal(metric("hookvisor_events_dropped_total"), dropped);
  const others = watched.records().filter(({ handlers, event }) =>
    handlers.length === 0 && event === undefined
  );
  assert.equal(metric("hookvisor_calls_total"), ran, JSON.stringify(others));
});

Deno.test("watch connects anew, registers anew, and tells what became of guests meanwhile, once", async () => {
  await using watched = new Watched({ "10-a": SEEN });
  const { daemon } = watched;
  daemon.guests.push(...["a", "b", "c", "d", "e"].map((name) => ({ name, ...RUNS })));
  await watched.start();
  const registered = daemon.registered.length;
  // libvirt 10 and later say at release how a guest ended.
  watched.world.hook(["qemu", "e", "release", "end", "shutdown"], "<domain/>");
  daemon.drop();
  Object.assign(daemon.guests[0]!, CRASHED);
  Object.assign(daemon.guests[1]!, PAUSED_BY_ERROR);
  Object.assign(daemon.guests[2]!, SHUT_DOWN);
  daemon.guests.splice(3);
  await watched.until(() => watched.ran().length === 3, "three were missed");
  daemon.drop();
  await watched.until(() => daemon.connections === 3, "it is connected a third time");
  await daemon.lifecycle("b", RESUMED, 0);
  await watched.until(() => watched.ran().includes("b resumed"), "it hears again");
  assert.equal(daemon.registered.length, 3 * registered);
  assert.deepEqual(watched.ran().sort(), ["a crashed", "b paused", "b resumed", "d crashed"]);
  const missed = watched.records().filter(({ event }) => event !== undefined)
    .map(({ object, event }) => [object, event?.reason, event?.missed]);
  assert.deepEqual(missed.sort(), [
    ["a", "failed", true],
    ["b", "ioerror", true],
    ["b", "unpaused", undefined],
    ["d", "vanished", true],
  ]);
});

Deno.test("watch that is killed and started anew tells what it missed, and nothing twice", async () => {
  await using watched = new Watched({ "10-a": SEEN });
  const { daemon } = watched;
  daemon.guests.push({ name: "a", ...RUNS }, { name: "b", ...RUNS });
  await watched.start();
  Object.assign(daemon.guests[0]!, PAUSED_BY_ERROR);
  await daemon.lifecycle("a", SUSPENDED, 2);
  await watched.until(() => watched.ran().length === 1, "the first ran");
  await watched.stop("SIGKILL");
  Object.assign(daemon.guests[1]!, CRASHED);
  await watched.start();
  await watched.until(() => watched.ran().length === 2, "the second ran");
  await pause(300);
  assert.deepEqual(watched.ran(), ["a paused", "b crashed"]);
});

Deno.test("watch goes on after nonsense on the socket, and where another daemon is silent", async () => {
  await using watched = new Watched({ "10-a": handler("on: [qemu/paused, lxc/paused]", "") });
  using silent = new MadeDaemon(`${watched.run}/virtlxcd-sock-ro`);
  silent.isSilent = true;
  await watched.start();
  for (const nonsense of ["HTTP/1.1 400 Bad Request\r\n\r\n".repeat(9), "\0".repeat(100)]) {
    const { connections } = watched.daemon;
    await watched.daemon.send(new TextEncoder().encode(nonsense));
    await watched.until(() => watched.daemon.connections > connections, "it connects again");
  }
  await watched.until(() => watched.stderr.trimEnd().endsWith("connected"), "it is connected");
  await watched.daemon.lifecycle("a", SUSPENDED, 0);
  await watched.until(() => watched.ran().length === 1, "it hears");
  assert.equal(silent.connections, 1);
});

Deno.test("watch sees new handlers at once, and asks only for what they want", async () => {
  await using watched = new Watched({});
  const { daemon, world } = watched;
  await watched.start();
  assert.equal(daemon.connections, 0);
  world.write("10-a.js", handler("on: [qemu/crashed]", ""));
  await watched.until(() => daemon.registered.length === 1, "lifecycle events are asked for");
  world.write("20-b.js", handler("on: [qemu/rebooted]", ""));
  await watched.until(() => daemon.registered.includes(1), "reboots are asked for");
  await daemon.reboot("a");
  await watched.until(() => watched.ran().includes("a rebooted"), "the new handler ran");
  world.write("30-c.js", handler("on: [qemu/*]", ""));
  await watched.until(() => daemon.registered.includes(18), "all others are asked for");
  assert.ok(!daemon.registered.includes(13), "but for balloon");
});

Deno.test("watch runs once: a second one says so and ends", async () => {
  await using watched = new Watched({ "10-a": SEEN });
  await watched.start();
  const { code, stderr } = await watched.spawn().output();
  assert.equal(code, 1);
  assert.equal(new TextDecoder().decode(stderr), "hookvisor watch: another hookvisor watch runs already\n");
  assert.match(watched.world.admin("doctor").stdout, /hookvisor watch is running/);
});

/** Prints the datagrams that come to a socket, a line each; Deno has none of its own without an unstable flag. */
const RECEIVER = `import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("bound", flush=True)
for _ in range(3): print(repr(s.recv(4096).decode()), flush=True)`;

Deno.test({
  name: "watch tells the service manager that it is ready, and that it lives",
  ignore: !exists("/usr/bin/python3"),
  async fn() {
    const socket = `${Deno.makeTempDirSync()}/notify`;
    const options = { args: ["-c", RECEIVER, socket], stdout: "piped" as const };
    const lines = new Deno.Command("/usr/bin/python3", options).spawn().stdout
      .pipeThrough(new TextDecoderStream()).getReader();
    assert.match((await lines.read()).value ?? "", /^bound/);
    await using watched = new Watched({ "10-a": SEEN }, { NOTIFY_SOCKET: socket, WATCHDOG_USEC: "200000" });
    await watched.start();
    let told = "";
    for (let read = await lines.read(); !read.done; read = await lines.read()) told += read.value;
    assert.equal(
      told.trimStart(),
      "'READY=1\\nSTATUS=handlers name events of qemu'\n'WATCHDOG=1'\n'WATCHDOG=1'\n",
    );
  },
});

Deno.test({
  name: "virsh is allowed in the handlers of events, and of events alone (needs Debian's libvirt-clients)",
  ignore: !hasTool("virsh"),
  fn() {
    using world = new World();
    const body = "await host.exec('virsh', ['--version']);";
    world.write(
      "10-a.js",
      handler("on: [qemu/crashed, qemu/started]\nallow:\n  exec: [virsh --version]", body),
    );
    const event = world.admin("run", "qemu/crashed", "--guest", "a", "--dry-run", "--json");
    assert.equal(JSON.parse(event.stdout).handlers[0].outcome, "success", event.stdout);
    assert.deepEqual(JSON.parse(event.stdout).event, { reason: "panicked", onCrash: "destroy" });
    const hook = world.admin("run", "qemu/started", "--guest", "a", "--dry-run", "--json");
    assert.equal(JSON.parse(hook.stdout).handlers[0].outcome, "error", hook.stdout);
    assert.match(JSON.parse(hook.stdout).handlers[0].message, /virsh is a client of libvirt/);
  },
});

Deno.test({
  name:
    "a site that denies libvirt's clients denies them to the handlers of events too (needs Debian's libvirt-clients)",
  ignore: !hasTool("virsh"),
  fn() {
    using world = new World();
    world.write(
      "10-a.js",
      handler(
        "on: [qemu/crashed]\nallow:\n  exec: [virsh --version]",
        "await host.exec('virsh', ['--version']);",
      ),
    );
    world.write("config/config.yaml", "policy: {libvirtClients: deny}\n");
    const { stdout } = world.admin("run", "qemu/crashed", "--guest", "a", "--dry-run", "--json");
    assert.match(JSON.parse(stdout).handlers[0].message, /virsh is a client of libvirt/);
    assert.match(world.admin("check").stdout, /error: exec: virsh: virsh is a client of libvirt/);
  },
});

Deno.test("a hook of libvirt's with the name of an event is not that event", () => {
  using world = new World();
  world.write("10-a.js", handler("on: [qemu/crashed]", "host.fail('it ran');"));
  const { code, stderr } = world.hook(["qemu", "a", "crashed", "begin", "-"], "<domain/>");
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  const [record] = world.read("log/events.jsonl").trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(record.handlers, []);
});

Deno.test("check and install say whether a handler needs watch, doctor warns while it does not run", () => {
  using world = new World();
  world.write("10-a.js", handler("on: [qemu/crashed]", ""));
  world.write("20-b.js", handler("on: ['qemu/*']", ""));
  const check = world.admin("check").stdout.replaceAll(/\s+/g, " ");
  assert.match(
    check,
    /10-a is for events, which need hookvisor watch, which does not run: systemctl enable --now/,
  );
  const doctor = JSON.parse(world.admin("doctor", "--json").stdout).findings
    .find(({ check }: { check: string }) => check === "watch");
  assert.equal(doctor.level, "warn");
  assert.match(doctor.seen, /^10-a is for events/);
});
