import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { ENVIRONMENT, fixture, HAS_NAMESPACES, Host, PROGRAM, run, type Words } from "./support.ts";

const XML = fixture("9.0.0/003-qemu-prepare");

function call(driver: string, guest: string, operation: string): Words {
  const end = ["release", "stopped"].includes(operation) ? "end" : "begin";
  return driver === "daemon"
    ? [driver, "-", operation, "-", operation]
    : [driver, guest, operation, end, "-"];
}

/** A host with files to set, and libvirt's run directory standing in. */
class World extends Host {
  readonly files = this.scratch("files");
  readonly libvirt = this.scratch("libvirt");

  constructor() {
    super();
    for (const name of ["a", "b"]) this.put(name, `old ${name}\n`);
  }

  put(name: string, text: string): void {
    Deno.writeTextFileSync(join(this.files, name), text);
  }

  get(name: string): string {
    return Deno.readTextFileSync(join(this.files, name));
  }

  override arguments(words: Words): string[] {
    const [command = "", ...rest] = super.arguments(words);
    return [command, "--libvirt-run-dir", this.libvirt, ...rest];
  }

  play(driver: string, guest: string, operation: string) {
    return this.hook(call(driver, guest, operation), { stdin: XML });
  }

  /** A call by a daemon of that name: its process is the caller. */
  async playBy(daemon: string, driver: string, operation: string) {
    const shell = join(this.folder, daemon);
    Deno.symlinkSync("/bin/sh", shell);
    const words = [PROGRAM, ...this.arguments(call(driver, "-", operation))];
    const ended = await run(shell, ["-c", `"$@" && true`, "sh", ...words]);
    Deno.removeSync(shell);
    return ended;
  }

  admin(...words: string[]) {
    const folders = ["--config-dir", this.config, "--log-dir", this.log, "--state-dir", this.state];
    const [command = "", ...rest] = words;
    return run(PROGRAM, [command, ...folders, "--libvirt-run-dir", this.libvirt, ...rest]);
  }

  async held(): Promise<Record<string, unknown>[]> {
    const { stdout, stderr } = await this.admin("undo", "--list", "--json");
    assert.equal(stderr, "");
    return JSON.parse(stdout);
  }

  /** Stands in for QEMU: its own command line says which guest it is. It ends with its input at the latest. */
  startGuest(name: string): Disposable & { pid: number } {
    const qemu = new Deno.Command("sh", {
      args: ["-c", "read line", "-name", `guest=${name},debug-threads=on`],
      stdin: "piped",
    }).spawn();
    Deno.mkdirSync(join(this.libvirt, "qemu"), { recursive: true });
    const file = join(this.libvirt, `qemu/${name}.pid`);
    Deno.writeTextFileSync(file, `${qemu.pid}\n`);
    return {
      pid: qemu.pid,
      [Symbol.dispose]: () => {
        qemu.kill("SIGKILL");
        qemu.stdin.abort().catch(() => {});
        Deno.removeSync(file);
      },
    };
  }

  /** A handler that sets `a` for the guest named `one` and so on. */
  setter(value = "event.name"): void {
    this.handler(
      "10-set",
      `on: ["*/prepare", network/start]\nallow: {write: ["${this.files}/*"]}`,
      `await host.fs.set("${this.files}/a", ${value});`,
    );
  }
}

Deno.test("release brings old values back in reverse order, without any handler for it", async () => {
  using world = new World();
  const trace = join(world.files, "trace");
  world.handler(
    "10-set",
    `on: [qemu/prepare]\nallow: {write: ["${world.files}/*"], exec: ["sh -c *"]}`,
    `await host.undo("sh", ["-c", "echo first $(cat ${world.files}/a) >> ${trace}"]);
     await host.fs.set("${world.files}/*", "new");
     await host.undo("sh", ["-c", "echo second $(cat ${world.files}/a) >> ${trace}"]);`,
  );
  assert.equal((await world.play("qemu", "v1", "prepare")).code, 0);
  assert.equal(world.get("a") + world.get("b"), "newnew");
  assert.deepEqual((await world.held()).map(({ path, old }) => [path, old]), [
    [undefined, undefined],
    [join(world.files, "a"), "old a\n"],
    [join(world.files, "b"), "old b\n"],
    [undefined, undefined],
  ]);
  assert.equal((await world.play("qemu", "v1", "release")).code, 0);
  assert.equal(world.get("a") + world.get("b"), "old a\nold b\n");
  assert.equal(world.get("trace"), "second new\nfirst old a\n");
  assert.deepEqual(await world.held(), []);
  assert.equal(world.record().undone?.length, 4);
});

Deno.test("a value held by two guests returns when the last one leaves, and the one who stays keeps theirs", async () => {
  using world = new World();
  world.setter();
  for (const name of ["one", "two"]) assert.equal((await world.play("qemu", name, "prepare")).code, 0);
  assert.equal(world.get("a"), "two");
  await world.play("qemu", "two", "release");
  assert.equal(world.get("a"), "one", "the value of the guest that still runs");
  await world.play("qemu", "two", "prepare");
  await world.play("qemu", "one", "release");
  assert.equal(world.get("a"), "two", "whoever set it last keeps it when another leaves");
  await world.play("qemu", "two", "release");
  assert.equal(world.get("a"), "old a\n");
});

Deno.test("a guest that sets a value twice gets the first old value back", async () => {
  using world = new World();
  world.setter();
  await world.play("qemu", "v1", "prepare");
  world.setter(`"again"`);
  await world.play("qemu", "v1", "prepare");
  assert.equal(world.get("a"), "again");
  await world.play("qemu", "v1", "release");
  assert.equal(world.get("a"), "old a\n");
});

Deno.test("an aborted prepare brings everything back at once, a network's end its own", async () => {
  using world = new World();
  world.setter();
  world.handler("20-fail", "on: [qemu/prepare]", `host.fail("no");`);
  const { code, stderr } = await world.play("qemu", "v1", "prepare");
  assert.equal(code, 1);
  assert.match(stderr, /refused by 20-fail: no/);
  assert.equal(world.get("a"), "old a\n");
  assert.equal(world.record().undone?.[0]?.ok, true);
  await world.play("network", "net", "start");
  assert.equal(world.get("a"), "net");
  await world.play("qemu", "net", "release");
  assert.equal(world.get("a"), "net", "a guest of the same name is somebody else");
  await world.play("network", "net", "stopped");
  assert.equal(world.get("a"), "old a\n");
});

Deno.test("a release handler that never ends leaves time for what has to come back", async () => {
  using world = new World();
  world.handler(
    "10-set",
    `on: [qemu/prepare]\nallow: {write: ["${world.files}/*"], exec: ["sleep *"]}`,
    `await host.undo("sleep", ["0.3"]); await host.fs.set("${world.files}/a", "new");`,
  );
  world.handler("20-loop", "on: [qemu/release]", "for (;;);");
  world.file("config.yaml", "timeouts: {qemu/release: 5s}\n");
  assert.equal((await world.play("qemu", "v1", "prepare")).code, 0);
  assert.equal((await world.play("qemu", "v1", "release")).code, 0);
  const { handlers, undone } = world.record();
  assert.equal(handlers[0]?.outcome, "timeout");
  // A fifth of the five seconds is not the handler's; without it the command would have a tenth of a second.
  assert.ok(handlers[0]!.ms < 4_500, `${handlers[0]!.ms} ms`);
  assert.deepEqual(undone?.map(({ what, ok }) => [what, ok]), [[join(world.files, "a"), true], [
    "sleep 0.3",
    true,
  ]]);
  assert.equal(world.get("a"), "old a\n");
});

Deno.test("a restore or a migration that a handler aborts brings back what it set, unless the guest runs", async () => {
  using world = new World();
  world.handler(
    "10-set",
    `on: [qemu/restore, qemu/migrate]\nonFailure: abort\nallow: {write: ["${world.files}/*"]}`,
    `await host.fs.set("${world.files}/a", "new"); host.fail("no");`,
  );
  for (const operation of ["restore", "migrate"]) {
    assert.equal((await world.play("qemu", "v1", operation)).code, 1, operation);
    assert.equal(world.get("a"), "old a\n", operation);
  }
  using _running = world.startGuest("v1");
  assert.equal((await world.play("qemu", "v1", "restore")).code, 1);
  assert.equal(world.get("a"), "new");
  assert.equal((await world.held()).length, 1);
});

Deno.test("a failing step is kept, told and tried again, and the rest go on", async () => {
  using world = new World();
  const gate = join(world.files, "gate");
  world.handler(
    "10-set",
    `on: [qemu/prepare]\nallow: {write: ["${world.files}/*"], exec: [test -e *]}`,
    `await host.fs.set("${world.files}/a", "new"); await host.undo("test", ["-e", "${gate}"]);
     await host.fs.set("${world.files}/b", "new");`,
  );
  await world.play("qemu", "v1", "prepare");
  const { code } = await world.play("qemu", "v1", "release");
  assert.equal(code, 0, "a failure there changes no verdict");
  assert.equal(world.get("a") + world.get("b"), "old a\nold b\n");
  assert.deepEqual(world.record().undone?.map(({ ok }) => ok), [true, false, true]);
  const [left, ...rest] = await world.held();
  assert.deepEqual(rest, []);
  assert.equal(left?.leaving, true);
  assert.match(String(left?.error), /exit code 1/);
  world.put("gate", "");
  await world.play("qemu", "another", "release");
  assert.deepEqual(await world.held(), [], "any guest's end tries it again");
});

for (const again of ["that runs again", "that is being started again"]) {
  Deno.test(`a failed step of a guest ${again} waits until it is gone, whoever else ends`, async () => {
    using world = new World();
    const gate = join(world.files, "gate");
    const handler = (body: string) =>
      world.handler("10-set", `on: [qemu/prepare]\nguests: [win11]\nallow: {exec: [rmdir *, "true"]}`, body);
    handler(`await host.undo("rmdir", ["${gate}"]);`);
    await world.play("qemu", "win11", "prepare");
    await world.play("qemu", "win11", "release");
    assert.equal((await world.held())[0]?.failures, 1);
    Deno.mkdirSync(gate);
    const runs = again === "that runs again";
    // One that is only being started is known by what it holds: any command, and then all that it left is held again.
    handler(runs ? "" : `await host.undo("true", []);`);
    await world.play("qemu", "win11", "prepare");
    {
      using _qemu = runs ? world.startGuest("win11") : undefined;
      await world.play("qemu", "server", "prepare");
      await world.play("qemu", "server", "release");
      assert.equal(Deno.statSync(gate).isDirectory, true, "played back under the running guest");
      await world.admin("undo");
      assert.equal(Deno.statSync(gate).isDirectory, true, "played back by an admin who named no guest");
    }
    await world.play("qemu", "win11", "release");
    assert.throws(() => Deno.statSync(gate), Deno.errors.NotFound);
    assert.deepEqual(await world.held(), []);
  });
}

Deno.test("an undo whose work is gone already is done, and nothing is kept of it", async () => {
  using world = new World();
  world.handler(
    "10-set",
    "on: [qemu/prepare]\nallow: {exec: [rmdir *, test -d *]}",
    `await host.undo("rmdir", ["${world.files}/one"], { gone: [1] });
     await host.undo("rmdir", ["${world.files}/two"], { onlyIf: ["test", "-d", "${world.files}/two"] });
     await host.undo("rmdir", ["${world.files}/three"], { onlyIf: ["test", "-d", "${world.files}/three"] });`,
  );
  await world.play("qemu", "v1", "prepare");
  Deno.mkdirSync(join(world.files, "three"));
  await world.play("qemu", "v1", "release");
  assert.deepEqual(world.record().undone?.map(({ ok, note }) => [ok, note]), [
    [true, undefined],
    [true, `nothing to undo: test -d ${world.files}/two: exit code 1`],
    [
      true,
      `gone already: exit code 1: /usr/bin/rmdir: failed to remove '${world.files}/one': No such file or directory`,
    ],
  ]);
  assert.throws(() => Deno.statSync(join(world.files, "three")), Deno.errors.NotFound);
  assert.deepEqual(await world.held(), []);
});

Deno.test({
  name: "a card is bound again after a crash, in order with the commands and values of the same handler",
  ignore: !HAS_NAMESPACES || Deno.uid() !== 0,
  async fn() {
    using world = new World();
    world.handler(
      "10-rebind",
      "on: [qemu/prepare]\nallow: {write: [/sys/**], exec: ['sh -c *']}",
      `const device = "/sys/bus/pci/devices/0000:01:00.0", trace = "cat " + device + "/driver_override >> /sys/trace";
       await host.fs.undo("/sys/bus/pci/drivers/nvidia/bind", "0000:01:00.0");
       await host.undo("sh", ["-c", "echo back >> /sys/trace; " + trace]);
       await host.fs.write("/sys/bus/pci/drivers/nvidia/unbind", "0000:01:00.0");
       await host.fs.set(device + "/driver_override", "vfio-pci");
       await host.fs.undo("/sys/class/mdev_bus/x/remove", 1);`,
    );
    // Stands in for sysfs: what is written stays to be looked at.
    const { code, stdout, stderr } = await world.inside(
      `mount -t tmpfs none /sys
cd /sys && mkdir -p bus/pci/devices/0000:01:00.0 bus/pci/drivers/nvidia
touch bus/pci/drivers/nvidia/bind bus/pci/drivers/nvidia/unbind
echo '(null)' > bus/pci/devices/0000:01:00.0/driver_override
"$1" hook qemu v1 prepare begin - < /dev/null || exit 1
head -v bus/pci/drivers/nvidia/* bus/pci/devices/*/driver_override
"$1" undo --list
"$1" undo v1
head -v bus/pci/drivers/nvidia/* trace
exit 0`,
      [PROGRAM],
    );
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /nvidia\/bind <==\n\n.*nvidia\/unbind <==\n0000:01:00\.0\n.*driver_override <==\nvfio-pci/s,
    );
    assert.match(stdout, /write "0000:01:00\.0" to/);
    assert.match(
      stdout,
      /back {2}qemu\/v1 {2}write "1" to \/sys\/class\/mdev_bus\/x\/remove: the file is gone\n/,
    );
    assert.match(stdout, /nvidia\/bind <==\n0000:01:00\.0\n?.*trace <==\nback\n\n?$/s);
  },
});

Deno.test("what an admin changed meanwhile gives way to the old value, and the record says so; a file that is gone is let go", async () => {
  using world = new World();
  world.setter();
  await world.play("qemu", "v1", "prepare");
  world.put("a", "mine");
  await world.play("qemu", "v1", "release");
  assert.equal(world.get("a"), "old a\n");
  assert.match(world.record().undone?.[0]?.note ?? "", /it held "mine"/);
  await world.play("qemu", "v1", "prepare");
  Deno.removeSync(join(world.files, "a"));
  await world.play("qemu", "v1", "release");
  assert.equal(world.record().undone?.[0]?.note, "the file is gone");
  assert.deepEqual(await world.held(), []);
});

Deno.test("undo GUEST brings back by hand, --forget lets go, and the policy's denials hold for commands played back", async () => {
  using world = new World();
  world.handler(
    "10-set",
    `on: [qemu/prepare]\nallow: {write: ["${world.files}/*"], exec: [touch *]}`,
    `await host.fs.set("${world.files}/a", "new"); await host.undo("touch", ["${world.files}/touched"]);`,
  );
  await world.play("qemu", "v1", "prepare");
  world.file("config.yaml", "policy: {deny: {exec: [touch]}}\n");
  const failed = await world.admin("undo", "qemu/v1");
  assert.equal(failed.code, 1);
  assert.match(failed.stdout, /failed {2}qemu\/v1 {2}touch .*policy denies it/);
  assert.equal(world.get("a"), "old a\n");
  const [left] = await world.held();
  const forgotten = await world.admin("undo", "--forget", String(left?.id));
  assert.equal(forgotten.code, 0, forgotten.stderr);
  assert.deepEqual(await world.held(), []);
  assert.equal((await world.admin("undo", "v1")).code, 0);
  assert.match((await world.admin("undo", "--list")).stdout, /nothing is held/);
});

Deno.test("a daemon's start brings back what guests held that are gone, and leaves those that run", async () => {
  using world = new World();
  world.handler(
    "10-set",
    `on: ["*/prepare", network/start]\nallow: {write: ["${world.files}/*"]}`,
    `await host.fs.set("${world.files}/" + event.name, "new");`,
  );
  await world.play("qemu", "a", "prepare");
  await world.play("qemu", "b", "prepare");
  {
    using qemu = world.startGuest("a");
    Deno.writeTextFileSync(join(world.libvirt, "qemu/b.pid"), `${qemu.pid}\n`);
    await world.playBy("virtnetworkd", "daemon", "start");
    assert.equal(world.get("b"), "new", "the networks' daemon knows nothing of guests");
    await world.play("daemon", "-", "start");
    assert.equal(world.get("b"), "new", "somebody unknown may come in the middle of a guest's start");
    await world.playBy("virtqemud", "daemon", "start");
    assert.equal(world.get("a"), "new");
    assert.equal(world.get("b"), "old b\n", "the process of that number is another guest");
  }
  await world.playBy("libvirtd", "daemon", "start");
  assert.equal(world.get("a"), "old a\n");
});

Deno.test("what a daemon's own start set comes back at its shutdown", async () => {
  using world = new World();
  world.handler(
    "10-set",
    `on: [daemon/start]\nallow: {write: ["${world.files}/*"]}`,
    `await host.fs.set("${world.files}/a", "up");`,
  );
  await world.playBy("virtqemud", "daemon", "start");
  assert.equal(world.get("a"), "up");
  await world.playBy("virtlxcd", "daemon", "shutdown");
  assert.equal(world.get("a"), "up");
  await world.playBy("virtqemud", "daemon", "shutdown");
  assert.equal(world.get("a"), "old a\n");
});

Deno.test("fs.set checks everything before it changes anything", async () => {
  using world = new World();
  world.put("c", "old c\n");
  Deno.linkSync(join(world.files, "c"), join(world.files, "d"));
  const cases: [string, RegExp][] = [
    [`"${world.files}/*", "x"`, /c has 2 names \(hard links\)/],
    [`"${world.config}/*", "x"`, /not allowed/],
    [`"${world.files}/none", "x"`, /ENOENT/],
    [`"${world.files}/none*", "x"`, /matches no file/],
    [`"${world.files}", "x"`, /not allowed|EISDIR/],
    [`"${world.files}/../files/a", "x"`, /\.\./],
    [`"${world.files}/a"`, /second argument/],
  ];
  for (const [args, message] of cases) {
    world.handler(
      "10-set",
      `on: [qemu/prepare]\nallow: {write: ["${world.files}/*"]}`,
      `await host.fs.set(${args});`,
    );
    const { code, stderr } = await world.play("qemu", "v1", "prepare");
    assert.equal(code, 1);
    assert.match(stderr, message, args);
    assert.equal(world.get("a") + world.get("b") + world.get("c"), "old a\nold b\nold c\n", args);
  }
  assert.deepEqual(await world.held(), []);
});

Deno.test("a journal that is broken is set aside and said, and the call goes on", async () => {
  using world = new World();
  world.setter();
  Deno.chmodSync(world.state, 0o700);
  Deno.writeTextFileSync(
    join(world.state, "journal.db"),
    "this is no database at all, but it is long enough\n".repeat(99),
  );
  assert.equal((await world.play("qemu", "v1", "prepare")).stderr, "");
  assert.match(world.record().notes?.join() ?? "", /is broken .*was renamed to journal\.db\.broken-/);
  assert.equal((await world.play("qemu", "v1", "release")).code, 0);
  assert.equal(world.get("a"), "old a\n");
});

Deno.test("a state directory that others can write to is refused with what to do", async () => {
  using world = new World();
  world.setter();
  Deno.chmodSync(world.state, 0o777);
  const { code, stderr } = await world.play("qemu", "v1", "prepare");
  assert.equal(code, 1);
  assert.match(stderr, /is writable by other users.*chmod 700/);
  assert.equal(world.get("a"), "old a\n");
});

Deno.test("50 hook processes at once on one journal: none fails, and everything is back in the end", async () => {
  using world = new World();
  world.handler(
    "10-set",
    `on: [qemu/prepare]\nallow: {write: ["${world.files}/*"]}`,
    `await host.fs.set("${world.files}/a", event.name); await host.fs.set("${world.files}/b", "x");
     for (let i = 0; i < 3; i++) {
       await host.lock("counter", async () => await host.state.host.set("n", (await host.state.host.get("n") ?? 0) + 1));
     }`,
  );
  const guests = Array.from({ length: 50 }, (_, i) => `g${i}`);
  const prepared = await Promise.all(guests.map((name) => world.play("qemu", name, "prepare")));
  assert.deepEqual(prepared.filter(({ code }) => code !== 0).map(({ stderr }) => stderr), []);
  assert.equal((await world.held()).length, 100);
  const released = await Promise.all(guests.map((name) => world.play("qemu", name, "release")));
  assert.deepEqual(released.filter(({ code }) => code !== 0), []);
  assert.equal(world.get("a") + world.get("b"), "old a\nold b\n");
  assert.deepEqual(await world.held(), []);
  const slowest = Math.max(...world.records().map(({ ms }) => ms));
  console.log(`slowest of 100 calls: ${slowest} ms`);
  using database = new DatabaseSync(join(world.state, "journal.db"));
  const [row] = database.prepare("SELECT value FROM state WHERE key = 'n'").all();
  assert.equal(row?.value, "150", "every process has counted three times, and none was lost");
});

Deno.test({
  name:
    "a file of the kernel's that blocks for ever holds nobody up: the call ends in time, and nothing is held",
  ignore: !HAS_NAMESPACES || Deno.uid() !== 0,
  async fn() {
    for (const call of ["write", "set", "read"]) {
      using world = new World();
      world.handler(
        "10-set",
        "on: [qemu/prepare]\nallow: {write: [/proc/sys/vm/*]}\ntimeout: 600ms",
        `await host.fs.${call}("/proc/sys/vm/swappiness", "7");`,
      );
      const fifo = join(world.folder, "fifo");
      const script = `mkfifo ${fifo} && mount --bind ${fifo} /proc/sys/vm/swappiness && exec "$@"`;
      const words = ["--mount", "--propagation", "private", "sh", "-c", script, "sh", PROGRAM];
      const prepare = world.arguments(["qemu", "v1", "prepare", "begin", "-"]);
      const ended = await run("unshare", [...words, ...prepare], { stdin: XML, env: ENVIRONMENT });
      assert.equal(ended.code, 1, call);
      assert.match(ended.stderr, /timed out after|in time/);
      assert.ok(ended.eofMs < 1600, `${call}: ${ended.eofMs} ms`);
      assert.deepEqual(await world.held(), []);
    }
  },
});

Deno.test("a journal that somebody keeps locked costs an aborted call no more than some seconds", async () => {
  using host = new Host();
  const value = join(host.scratch(), "value");
  Deno.writeTextFileSync(value, "before");
  host.handler(
    "10-a",
    `on: [qemu/prepare]\ntimeout: 1s\nallow: {write: ["${value}"]}`,
    `await host.fs.set("${value}", "set");`,
  );
  assert.equal((await host.hook(["qemu", "v1", "prepare", "begin", "-"])).code, 0);
  using database = new DatabaseSync(join(host.state, "journal.db"));
  database.exec("BEGIN EXCLUSIVE");
  const ended = await host.hook(["qemu", "v1", "prepare", "begin", "-"]);
  assert.equal(ended.code, 1);
  assert.match(ended.stderr, /refused by 10-a: /);
  // Of 30 s that prepare has: one of the handler, five of patience.
  assert.ok(ended.exitMs < 15_000, `${ended.exitMs} ms`);
  assert.match(host.record().notes?.join() ?? "", /journal\.db was in use by others for too long/);
});
