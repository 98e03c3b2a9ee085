import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { decodeSteps } from "../../src/checkpoint/steps.ts";
import { checkpointOf, HAS_CHECKPOINTS, takeCheckpoint } from "./checkpoint.ts";
import { type Ended, fixture, Host, pause, PROGRAM, until } from "./support.ts";

const CALL = ["v1", "prepare", "begin", "-"];
const ignore = !HAS_CHECKPOINTS;
const TAKEN = /^\/run\/hookvisor\/checkpoint: \d+\.\d MiB, created in \d+\.\d s; hook calls start from it\n$/;

function readyHost(): Host {
  const host = new Host();
  host.handler("10-a", "on: [qemu/prepare]", "host.log.info(event.name);");
  return host;
}

function call(host: Host): Promise<Ended> {
  return host.link("qemu", CALL, { stdin: fixture("9.0.0/003-qemu-prepare") });
}

/** Whether one of a few calls, which all have to be right, is restored. */
async function isRestored(host: Host): Promise<boolean> {
  for (let i = 0; i < 4; i++) {
    const ended = await call(host);
    assert.deepEqual([ended.code, ended.signal, ended.stdout, ended.stderr], [0, null, "", ""]);
    if (host.record().restored) return true;
  }
  return false;
}

/** What is in the state folder, but for what handlers' calls keep there. */
function left(host: Host): string[] {
  return [...Deno.readDirSync(host.state)].map(({ name }) => name)
    .filter((name) => !/^(handlers|handlers\.json|journal\.db.*|handlers\.lock|locks)$/.test(name)).sort();
}

const KEPT = ["checkpoint", "checkpoint.lock", "checkpoint.tried"];

Deno.test("hookvisor checkpoint says what it did, leaves one file for root only, and calls start from it", {
  ignore,
}, async () => {
  using host = readyHost();
  assert.ok(!await isRestored(host));
  const records = host.records().length;
  const { code, stdout, stderr } = await takeCheckpoint(host);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, TAKEN);
  const { isFile, mode, uid, gid, size } = Deno.lstatSync(checkpointOf(host));
  assert.deepEqual([isFile, mode! & 0o7777, uid, gid], [true, 0o600, 0, 0]);
  assert.ok(stdout.includes(`${(size / 2 ** 20).toFixed(1)} MiB`));
  assert.deepEqual(left(host), KEPT);
  assert.equal(Deno.statSync(host.state).mode! & 0o777, 0o700);
  assert.equal(host.records().length, records, "the rehearsal left records");
  assert.ok(await isRestored(host));
});

Deno.test("a checkpoint's memory lies together, where the kernel has placed it", { ignore }, async () => {
  using host = readyHost();
  assert.equal((await takeCheckpoint(host)).code, 0);
  // asm/unistd_64.h: mmap. Below: where V8 asks for memory, but for where the kernel places it (start_plainly_code.ts).
  const mapped = decodeSteps(Deno.readFileSync(checkpointOf(host))).filter(({ number }) => number === 9)
    .map(({ args }) => args[0]!);
  const atRandom = mapped.filter((address) =>
    (address > 2 ** 32 && address < 0x2aa9_0000_0000) || (address >= 0x2c00_0000_0000 && address < 2 ** 46)
  );
  assert.deepEqual([atRandom, mapped.length > 100], [[], true]);
});

Deno.test(
  "--if-needed takes none when calls are restored already, --remove removes it, elsewhere none is taken",
  {
    ignore,
  },
  async () => {
    using host = readyHost();
    const none = await takeCheckpoint(host, "--remove");
    assert.deepEqual([none.code, none.stdout, none.stderr], [
      0,
      "/run/hookvisor/checkpoint does not exist\n",
      "",
    ]);
    const first = await takeCheckpoint(host, "--if-needed");
    assert.match(first.stdout, TAKEN);
    const before = Deno.statSync(checkpointOf(host)).ino;
    const second = await takeCheckpoint(host, "--if-needed");
    assert.deepEqual([second.code, second.stdout, second.stderr], [
      0,
      "/run/hookvisor/checkpoint: hook calls start from it\n",
      "",
    ]);
    assert.equal(Deno.statSync(checkpointOf(host)).ino, before);
    assert.match((await takeCheckpoint(host)).stdout, TAKEN);
    assert.notEqual(Deno.statSync(checkpointOf(host)).ino, before);
    Deno.truncateSync(checkpointOf(host), 1000);
    assert.match((await takeCheckpoint(host, "--if-needed")).stdout, TAKEN);
    assert.ok(await isRestored(host));
    for (const words of [[], ["--remove"], ["--if-needed"]]) {
      const { code, stderr } = await takeCheckpoint(host, "--state-dir", "/tmp/state", ...words);
      assert.equal(code, 2);
      assert.match(stderr, /hookvisor keeps its checkpoint in \/run\/hookvisor only\n$/);
    }
    assert.ok(await isRestored(host));
    const removed = await takeCheckpoint(host, "--remove");
    assert.deepEqual([removed.code, removed.stdout], [0, "/run/hookvisor/checkpoint: removed\n"]);
    assert.ok(!await isRestored(host));
  },
);

Deno.test("of two that take a checkpoint at once one does, and the other says so", { ignore }, async () => {
  using host = readyHost();
  const { stdout, stderr } = await host.inside(
    `"$@" & one=$!; "$@" & wait $one && wait $! && echo both`,
    [PROGRAM, "checkpoint"],
  );
  assert.equal(stderr, "");
  const lines = stdout.trimEnd().split("\n").sort();
  assert.equal(lines.length, 3, stdout);
  assert.ok(lines.includes("both"), stdout);
  assert.ok(lines.some((line) => TAKEN.test(`${line}\n`)), stdout);
  assert.ok(lines.includes("/run/hookvisor/checkpoint: another process is creating one now"), stdout);
  assert.deepEqual(left(host), KEPT);
  assert.ok(await isRestored(host));
});

Deno.test("on a full disk it says so, leaves nothing behind, and calls are right", { ignore }, async () => {
  using host = readyHost();
  const script = `mount -t tmpfs -o size=1m,mode=700 none /run/hookvisor
"$1" checkpoint || echo "exit code $?"; ls -A /run/hookvisor; shift; exec "$@"`;
  const { code, stdout, stderr } = await host.inside(script, [PROGRAM, host.hookLink(), ...CALL]);
  assert.match(stderr, /^hookvisor checkpoint: [^\n]*(ENOSPC|[Nn]o space left)[^\n]*\n$/);
  assert.equal(stdout, "exit code 1\ncheckpoint.lock\ncheckpoint.tried\n");
  assert.equal(code, 0);
  assert.equal(host.record().handlers[0]?.outcome, "success");
});

Deno.test(
  "killed at any instant it leaves no process and no half of a checkpoint, and the next one clears up",
  {
    ignore,
  },
  async () => {
    using host = readyHost();
    /** Gives how long it took, where it was over before the time to kill it came. */
    const kill = async (isTime: (passedMs: number) => boolean) => {
      const began = performance.now();
      const { words: args, env } = host.namespace(`exec "$@"`, [PROGRAM, "checkpoint"]);
      const child = new Deno.Command("unshare", { args, env, clearEnv: true, stdout: "null", stderr: "null" })
        .spawn();
      let took: number | undefined;
      const ended = child.status.then(({ signal }) => {
        if (signal === null) took = performance.now() - began;
      });
      while (took === undefined && !isTime(performance.now() - began)) await pause(1);
      try {
        child.kill("SIGKILL");
      } catch {
        // It has just ended.
      }
      await ended;
      await until(() => processesOf(host) === 0, "a process stayed behind");
      if (left(host).includes("checkpoint")) {
        const head = new BigUint64Array(Deno.readFileSync(checkpointOf(host)).slice(0, 64).buffer);
        assert.equal(Number(head[2]), Deno.statSync(checkpointOf(host)).size, "half of a checkpoint");
      }
      assert.equal((await call(host)).code, 0);
      return took;
    };
    let longest = (await kill(() => false))!;
    for (let i = 0, killed = 0; killed < 10; i++) {
      assert.ok(i < 50, `${killed} were killed`);
      if (i % 3 === 0) await takeCheckpoint(host, "--remove");
      const took = await kill((passedMs) => passedMs > longest * (killed + 0.5) / 10);
      // The machine is faster by now: the next is to be killed in time.
      if (took === undefined) killed++;
      else longest = took;
    }
    // Just when it is being written.
    const isWriting = () =>
      isThere(join(host.state, ".rehearsal"), /checkpoint/) || isThere(host.state, /^\.checkpoint/);
    await kill(isWriting);
    assert.match((await takeCheckpoint(host)).stdout, TAKEN);
    assert.deepEqual(left(host), KEPT);
    assert.ok(await isRestored(host));
  },
);

/** Processes in a namespace that was made for a host. */
function processesOf(host: Host): number {
  return [...Deno.readDirSync("/proc")].filter(({ name }) => {
    try {
      return /^\d+$/.test(name) &&
        Deno.readTextFileSync(`/proc/${name}/mountinfo`).includes(basename(host.folder));
    } catch {
      return false;
    }
  }).length;
}

function isThere(folder: string, name: RegExp): boolean {
  try {
    return [...Deno.readDirSync(folder)].some((entry) => name.test(entry.name));
  } catch {
    return false;
  }
}

Deno.test("root's first call has a checkpoint taken, does not wait for it, and no other does it again", {
  ignore,
}, async () => {
  using host = readyHost();
  const tried = join(host.state, "checkpoint.tried");
  Deno.removeSync(tried);
  // Were the call's output held open, its end would be that of the taking.
  const script = `said=$("$@" 2>&1); code=$?; [ ! -e /run/hookvisor/checkpoint ] || said="$said, it waited"
echo "$code $said"`;
  const first = await host.inside(script, [host.hookLink(), ...CALL], {
    stdin: fixture("9.0.0/003-qemu-prepare"),
  });
  assert.deepEqual([first.stdout, first.stderr], ["0 \n", ""]);
  await until(() => left(host).join() === KEPT.join() && processesOf(host) === 0, "none was taken");
  const { ino } = Deno.statSync(checkpointOf(host));
  assert.ok(await isRestored(host));
  const records = host.records();
  assert.ok(records.every(({ object }) => object === "v1"), "the rehearsal left records");

  // It was tried a moment ago: nothing is started.
  await takeCheckpoint(host, "--remove");
  const before = Deno.statSync(tried).mtime?.getTime();
  assert.equal((await call(host)).code, 0);
  await until(() => processesOf(host) === 0, "a process stayed behind");
  assert.deepEqual(left(host), KEPT.slice(1));
  assert.equal(Deno.statSync(tried).mtime?.getTime(), before);

  // Eleven minutes ago: one of many calls has one taken.
  Deno.utimeSync(tried, Date.now() / 1000 - 660, Date.now() / 1000 - 660);
  const inodes = new Set<number | null>();
  const thirty = `for i in $(seq 30); do ("$@" < /dev/null || echo bad) & done; wait`;
  const many = await host.inside(thirty, [host.hookLink(), ...CALL]);
  assert.deepEqual([many.code, many.stdout, many.stderr], [0, "", ""]);
  await until(() => {
    if (left(host).includes("checkpoint")) inodes.add(Deno.statSync(checkpointOf(host)).ino);
    // A call may answer before it starts who takes one.
    return inodes.size > 0 && processesOf(host) === 0;
  }, "none was taken, or a process stayed behind");
  assert.equal(inodes.size, 1, "it was taken more than once");
  assert.deepEqual(left(host), KEPT);
  assert.notEqual([...inodes][0], ino);
  assert.ok(await isRestored(host));
});
