import assert from "node:assert/strict";
import { domainXml, handler, World } from "./admin_world.ts";

const PROGRAM = new URL("../../dist/hookvisor", import.meta.url).pathname;
const JOURNALD = ["/usr/lib/systemd/systemd-journald", "/lib/systemd/systemd-journald"].find(exists);
const PYTHON = "/usr/bin/python3";

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** What the tests need: a place of its own for /run, so nothing of the host's is touched. */
const MAY_UNSHARE = Deno.uid() === 0 &&
  new Deno.Command("unshare", { args: ["-mpf", "--mount-proc", "true"], stdout: "null", stderr: "null" })
    .outputSync()
    .success;

function world(): World {
  const made = new World();
  made.write(
    "10-a.js",
    handler(
      "on: [qemu/*]",
      `  host.log.warn("two\\nlines");\n  if (event.name === "bad") host.fail("no room");`,
    ),
  );
  made.write("files/guest.xml", domainXml("guest"));
  return made;
}

/** Runs shell commands with an empty /run of their own. */
function apart(made: World, script: string): { stdout: string; stderr: string; code: number } {
  const head = "mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/journal /run/log/journal";
  const hook = `hook() { '${PROGRAM}' hook ${
    made.directories.join(" ")
  } qemu "$1" prepare begin - < ${made.root}/files/guest.xml; }`;
  const { stdout, stderr, code } = new Deno.Command("unshare", {
    args: ["-mpf", "--mount-proc", "sh", "-c", `${head}\n${hook}\ncd ${made.root}/files\n${script}`],
    stdin: "null",
  }).outputSync();
  return { stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr), code };
}

const AWAIT_SOCKET =
  `i=0; while [ ! -S /run/systemd/journal/socket ] && [ $i -lt 100 ]; do sleep 0.1; i=$((i+1)); done`;

Deno.test({
  name:
    "a call with handlers is told to a stand-in that reads journald's protocol (needs root and Debian's python3)",
  ignore: !MAY_UNSHARE || !exists(PYTHON),
  fn() {
    using made = world();
    made.write(
      "files/stand_in.py",
      `import json, socket, struct
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("/run/systemd/journal/socket")
for _ in range(4):
    data, fields = s.recv(1 << 20), {}
    while data:
        line, _, data = data.partition(b"\\n")
        name, found, value = line.partition(b"=")
        if not found:
            size, = struct.unpack("<Q", data[:8])
            value, data = data[8:8 + size], data[8 + size + 1:]
        fields[name.decode()] = value.decode()
    print(json.dumps(fields), flush=True)
`,
    );
    const { stdout } = apart(made, `${PYTHON} stand_in.py & ${AWAIT_SOCKET}\nhook good\nhook bad\nwait $!`);
    const told = stdout.trim().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(told.map(({ PRIORITY }) => PRIORITY), ["4", "6", "4", "3"]);
    assert.equal(told[0].MESSAGE, "10-a: two\nlines");
    assert.equal(told[3].MESSAGE, "bad: prepare refused by 10-a: no room");
    assert.deepEqual(
      [told[1].SYSLOG_IDENTIFIER, told[1].HOOKVISOR_OBJECT, told[1].HOOKVISOR_VERDICT],
      ["hookvisor", "good", "success"],
    );
  },
});

Deno.test({
  name: "systemd-journald itself keeps what is sent (needs root and Debian's systemd)",
  ignore: !MAY_UNSHARE || JOURNALD === undefined || !exists("/usr/bin/journalctl"),
  fn() {
    using made = world();
    const { stdout, stderr } = apart(
      made,
      `${JOURNALD} > journald.out 2>&1 &\n${AWAIT_SOCKET}\nhook bad\nsleep 0.5\n` +
        `journalctl -D /run/log/journal -t hookvisor _TRANSPORT=journal -o json --no-pager; kill $!`,
    );
    const told = stdout.trim().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(
      told.map(({ MESSAGE, PRIORITY, _TRANSPORT }) => [MESSAGE, PRIORITY, _TRANSPORT]),
      [["10-a: two\nlines", "4", "journal"], ["bad: prepare refused by 10-a: no room", "3", "journal"]],
      stderr,
    );
  },
});

Deno.test({
  name: "a journal that takes nothing, or is no socket, holds no hook up (needs root and Debian's python3)",
  ignore: !MAY_UNSHARE || !exists(PYTHON),
  fn() {
    using made = world();
    const deaf = `import socket, time\ns = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n` +
      `s.bind("/run/systemd/journal/socket")\ntime.sleep(60)\n`;
    made.write("files/deaf.py", deaf);
    const { code, stderr } = apart(
      made,
      `${PYTHON} deaf.py & ${AWAIT_SOCKET}\nfor i in 1 2 3 4 5 6 7 8 9; do hook good || exit 1; done\nkill $!\n` +
        `rm /run/systemd/journal/socket; echo > /run/systemd/journal/socket\nhook good`,
    );
    assert.equal(code, 0, stderr);
    assert.equal(made.read("log/events.jsonl").trim().split("\n").length, 10);
  },
});
