/**
 * Calls under limits in which the runtime cannot start or cannot go on: as root, who may raise them, and as somebody
 * who may not. Whatever becomes of the process, libvirt gets the operation's verdict.
 */
import assert from "node:assert/strict";
import { HAS_CHECKPOINTS, restoringHost } from "./checkpoint.ts";
import { exists, Host, PROGRAM } from "./support.ts";

const PYTHON = "/usr/bin/python3";
/** root without the power to raise hard limits. */
const WEAK = "setpriv --bounding-set=-sys_resource --inh-caps=-sys_resource";
const CALLS = [["prepare", "begin", 1], ["reconnect", "begin", 0], ["release", "end", 0]] as const;

/** What is laid on the call. */
interface Limit {
  what: string;
  /** An option of util-linux's prlimit; or of what nobody can raise a shell script, with the call as `"$@"`. */
  script: string;
  /** Whether a call that is restored from a checkpoint runs under it. */
  restored?: boolean;
}

const LIMITS: Limit[] = [
  { what: "RLIMIT_AS of 1 GB", script: "--as=1000000000" },
  { what: "RLIMIT_AS of 8 GB", script: "--as=8000000000" },
  { what: "RLIMIT_NOFILE of 8", script: "--nofile=8" },
  { what: "RLIMIT_STACK of 64 KiB", script: "--stack=65536", restored: true },
];

for (const { what, script, restored = false } of LIMITS) {
  for (const way of ["plainly", "from a checkpoint"]) {
    Deno.test({
      name: `${what}, ${way}, is raised where it may be, and else ends with the operation's verdict`,
      ignore: !HAS_CHECKPOINTS,
      async fn() {
        using host = way === "plainly" ? new Host() : await restoringHost();
        // A plain call would have one created in the background, in time for the next call or not.
        if (way === "plainly") host.file("config.yaml", "checkpoint: false\n");
        host.handler("10-a", "on: [qemu/prepare, qemu/reconnect, qemu/release]", "host.log.info('ran');");
        for (const [operation, sub, code] of CALLS) {
          const call = [host.hookLink(), "v1", operation, sub, "-"];
          // Only the soft limit: root in a container may not raise the hard one.
          const able = await host.inside(`exec prlimit ${script}: "$@"`, call);
          assert.deepEqual([able.code, able.stderr], [0, ""], operation);
          assert.equal(host.record().handlers[0]?.outcome, "success");
          const before = host.records().length;
          const weak = await host.inside(`exec ${WEAK} prlimit ${script} "$@"`, call);
          if (restored && way !== "plainly") {
            assert.deepEqual([weak.code, weak.stderr], [0, ""], operation);
            const outcomes = host.records().slice(before).map(({ handlers }) => handlers[0]?.outcome);
            assert.deepEqual(outcomes, ["success"]);
          } else {
            assert.equal(weak.code, code, weak.stderr);
            assert.match(weak.stderr, verdictLine(operation, code));
          }
        }
      },
    });
  }
}

// How many files the runtime needs depends on what was left open for the call and on the kernel.
for (const way of ["plainly", "from a checkpoint"]) {
  Deno.test({
    name: `RLIMIT_NOFILE of 9 to 16, ${way}: each call runs, or ends with the operation's verdict`,
    ignore: !HAS_CHECKPOINTS,
    async fn() {
      using host = way === "plainly" ? new Host() : await restoringHost();
      if (way === "plainly") host.file("config.yaml", "checkpoint: false\n");
      host.handler("10-a", "on: [qemu/prepare, qemu/reconnect, qemu/release]", "host.log.info('ran');");
      const ran: boolean[] = [];
      for (let files = 9; files <= 16; files++) {
        for (const [operation, sub, code] of CALLS) {
          const call = [host.hookLink(), "v1", operation, sub, "-"];
          // Only the soft limit: root in a container may not raise the hard one.
          const able = await host.inside(`exec prlimit --nofile=${files}: "$@"`, call);
          assert.deepEqual([able.code, able.stderr], [0, ""], `${operation}, ${files} files`);
          assert.equal(host.record().handlers[0]?.outcome, "success");
          const before = host.records().length;
          const { code: ended, stderr } = await host.inside(
            `exec ${WEAK} prlimit --nofile=${files} "$@"`,
            call,
          );
          const outcomes = host.records().slice(before).map(({ handlers }) => handlers[0]?.outcome);
          const success = outcomes[0] === "success";
          if (success) {
            assert.deepEqual([ended, stderr, outcomes], [0, "", ["success"]], `${operation}, ${files} files`);
          } else {
            assert.equal(ended, code, `${operation}, ${files} files: ${stderr}`);
            assert.match(stderr, verdictLine(operation, code));
          }
          if (way !== "plainly" && files >= 12) assert.ok(success, `${operation}, ${files} files`);
          ran.push(success);
        }
      }
      // More files never do worse.
      assert.deepEqual(ran, ran.toSorted());
      assert.equal(ran.at(-1), true);
    },
  });
}

Deno.test({
  name:
    "RLIMIT_FSIZE lets a call answer, and leaves no half-written files where it may be raised and where not",
  ignore: !HAS_CHECKPOINTS,
  async fn() {
    for (const size of [0, 1024, 8192]) {
      using host = new Host();
      const folder = host.scratch();
      host.handler(
        "10-a",
        `on: [qemu/prepare]\nallow: {write: ["${folder}/*"]}`,
        `await host.fs.write("${folder}/f", "x".repeat(20_000));`,
      );
      const call = [host.hookLink(), "v1", "prepare", "begin", "-"];
      const weak = await host.inside(`exec ${WEAK} prlimit --fsize=${size} "$@"`, call);
      assert.equal(weak.code, 1);
      // Of no bytes: not even a line for the one who waits can be written.
      assert.match(
        weak.stderr,
        size === 0 ? /^hookvisor: v1: prepare refused: / : /^hookvisor: v1: prepare refused by 10-a: .*EFBIG/,
      );
      assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), [], `of ${size} bytes`);
      const able = await host.inside(`exec prlimit --fsize=${size}: "$@"`, call);
      assert.deepEqual([able.code, able.stderr], [0, ""]);
      assert.equal(Deno.statSync(`${folder}/f`).size, 20_000);
    }
  },
});

/** As SELinux does in a domain without execmem. */
const NO_MACHINE_CODE: Limit = {
  what: "PR_SET_MDWE (systemd's MemoryDenyWriteExecute)",
  // sys/prctl.h: PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN
  script: `exec ${PYTHON} -c 'import ctypes, os, sys
assert ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) == 0
os.execv(sys.argv[1], sys.argv[1:])' "$@"`,
};

/** What nobody can raise. */
const WALLS: Limit[] = [
  NO_MACHINE_CODE,
  { what: "/proc covered", script: `mount -t tmpfs none /proc\nexec "$@"` },
  { what: "no memory", script: `${cgroup()}\nexec "$@"` },
];

for (const { what, script } of WALLS) {
  Deno.test({
    name: `${what}: the call ends with the operation's verdict`,
    ignore: !HAS_CHECKPOINTS || (script.includes(PYTHON) && !exists(PYTHON)) || script.startsWith("false"),
    async fn() {
      using host = new Host();
      host.handler("10-a", "on: [qemu/prepare, qemu/reconnect, qemu/release]", "host.log.info('ran');");
      for (const [operation, sub, code] of CALLS) {
        const ended = await host.inside(script, [host.hookLink(), "v1", operation, sub, "-"]);
        assert.deepEqual([ended.code, ended.signal], [code, null], ended.stderr);
        assert.match(
          ended.stderr,
          what === "/proc covered" ? /^hookvisor: .*proc/ : verdictLine(operation, code),
        );
      }
    },
  });
}

Deno.test({
  name: "where no machine code may be generated, a command says so in one line",
  ignore: !HAS_CHECKPOINTS || !exists(PYTHON),
  async fn() {
    using host = new Host();
    const why = "error: SELinux or systemd forbids machine code\n";
    const ended = await host.inside(NO_MACHINE_CODE.script, [PROGRAM, "check"]);
    assert.deepEqual([ended.code, ended.stdout, ended.stderr], [1, "", why]);
    const call = await host.inside(NO_MACHINE_CODE.script, [host.hookLink(), "v1", "prepare", "begin", "-"]);
    assert.equal(call.code, 1);
    assert.equal(
      call.stderr,
      `hookvisor: v1: prepare refused: its process ended: exit code 1: ${why}`,
    );
  },
});

Deno.test({
  name: "a process that is killed is answered for, with a record of it",
  ignore: !HAS_CHECKPOINTS,
  async fn() {
    using host = new Host();
    host.handler(
      "10-a",
      `on: [qemu/prepare, qemu/reconnect]\nallow: {exec: ["sh -c *"]}`,
      // Its parent is the process that the handler runs in.
      `await host.exec("sh", ["-c", "kill -KILL $PPID; exec sleep 60"]);`,
    );
    for (const [operation, code] of [["prepare", 1], ["reconnect", 0]] as const) {
      const ended = await host.link("qemu", ["v1", operation, "begin", "-"]);
      assert.equal(ended.code, code);
      assert.match(
        ended.stderr,
        new RegExp(
          `^hookvisor: v1: ${operation} ${
            code === 1 ? "refused" : "goes on"
          } by 10-a: its process ended: signal 9\n$`,
        ),
      );
      const record = await host.recordOf((record) => record.operation === operation);
      assert.equal(record.exitCode, code);
      assert.equal(record.verdict, code === 1 ? "abort" : "ignore");
      assert.deepEqual(record.handlers.map(({ name, outcome }) => [name, outcome]), [["10-a", "resources"]]);
    }
  },
});

/** A cgroup in which a process may start and not much more; `false` where none can be made. */
function cgroup(): string {
  const name = `hookvisor-test-${Deno.pid}`;
  if (exists("/sys/fs/cgroup/memory/memory.limit_in_bytes")) {
    return `mkdir -p /sys/fs/cgroup/memory/${name}
echo 6M > /sys/fs/cgroup/memory/${name}/memory.limit_in_bytes
echo $$ > /sys/fs/cgroup/memory/${name}/cgroup.procs`;
  }
  if (exists("/sys/fs/cgroup/cgroup.controllers")) {
    return `mkdir -p /sys/fs/cgroup/${name}
echo 6M > /sys/fs/cgroup/${name}/memory.max
echo 0 > /sys/fs/cgroup/${name}/memory.swap.max
echo $$ > /sys/fs/cgroup/${name}/cgroup.procs`;
  }
  return "false";
}

function verdictLine(operation: string, code: number): RegExp {
  const verdict = code === 1 ? "refused" : "goes on";
  return new RegExp(`^hookvisor: v1: ${operation} ${verdict}.*: its process ended: .*\n$`);
}

Deno.test({
  name: "RLIMIT_DATA of 4 MiB is raised where it may be, and else ends with the operation's verdict",
  ignore: !HAS_CHECKPOINTS,
  async fn() {
    using host = new Host();
    host.handler("10-a", "on: [qemu/prepare, qemu/reconnect, qemu/release]", "host.log.info('ran');");
    for (const [operation, sub, code] of CALLS) {
      const call = [host.hookLink(), "v1", operation, sub, "-"];
      const able = await host.inside(`exec prlimit --data=4194304: "$@"`, call);
      assert.deepEqual([able.code, able.stderr], [0, ""], operation);
      const weak = await host.inside(`exec ${WEAK} prlimit --data=4194304 "$@"`, call);
      assert.deepEqual([weak.code, weak.signal], [code, null], weak.stderr);
      assert.match(weak.stderr, verdictLine(operation, code));
    }
  },
});
