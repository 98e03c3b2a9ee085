import assert from "node:assert/strict";
import { domainXml, handler, World } from "./admin_world.ts";
import { exists } from "./support.ts";

const PROGRAM = new URL("../../dist/hookvisor", import.meta.url).pathname;
const HAS_TMUX =
  new Deno.Command("sh", { args: ["-c", "command -v tmux"], stdout: "null" }).outputSync().success;
const NEEDS = "(needs Debian's tmux)";

/** A world with something for every command to show. */
function shown(): World {
  const world = new World();
  const long =
    "a description that goes on and on, so that no terminal of a usual width can hold it on one line, ünïcode too";
  const allow =
    `allow: {exec: ["systemctl set-property --runtime -- *.slice AllowedCPUs=*", "bash -c *"], write: ["/sys/devices/system/cpu/cpu*\\/cpufreq/scaling_governor"]}`;
  world.write(
    "10-cpu.js",
    handler(
      `on: [qemu/prepare, qemu/started]\ndescription: ${JSON.stringify(long)}\n${allow}`,
      `  host.log.info("ünïcode and 日本語 in a log line that is quite long, longer than sixty columns at least");\n  if (event.name !== "good") host.fail("this reason is long, and it is not cut: the person who reads it has to know");`,
    ),
  );
  world.write("20-other.js", handler("on: [qemu/prepare]\nguests: [nobody]\ntiemout: 5s", ""));
  const names = [
    "good",
    "a-guest-with-a-name-that-is-longer-than-most-names-are",
    "日本語のゲスト",
    "\x1b[31mred\nline",
  ];
  for (const name of names) world.hook(["qemu", name, "started", "begin", "-"], domainXml("x"));
  return world;
}

interface Screen {
  /** What is to be seen, without the empty rest of the screen. */
  lines: string[];
  /** The same with escape sequences for colours. */
  coloured: string;
  /** Lines that the terminal had to break. */
  broken: number;
}

/** Runs a command in a terminal of that width and gives what it shows. */
function inTerminal(world: World, width: number, args: string[], env = "LC_ALL=C.UTF-8"): Screen {
  // A server of its own each time: one that ends keeps its socket for a moment.
  const socket = `${world.root}/tmux-${crypto.randomUUID()}`;
  const tmux = (...words: string[]) => {
    const { stdout, stderr, success } = new Deno.Command("tmux", {
      args: ["-u", "-S", socket, "-f", "/dev/null", ...words],
      env: { LC_ALL: "C.UTF-8", TERM: "xterm-256color" },
    }).outputSync();
    assert.ok(success, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  };
  const line = [`'${PROGRAM}'`, args[0]!, ...(args[0] === "help" ? [] : world.directories), ...args.slice(1)]
    .join(" ");
  const done = `${world.root}/done`;
  try {
    tmux(
      "new-session",
      "-d",
      "-x",
      String(width),
      "-y",
      "400",
      `env -u LANG -u LC_ALL -u NO_COLOR ${env} ${line}; echo > ${done}; sleep 60`,
    );
    for (let i = 0; i < 200 && !exists(done); i++) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    }
    assert.ok(exists(done), line);
    const plain = tmux("capture-pane", "-p");
    const joined = tmux("capture-pane", "-p", "-J");
    const count = (text: string) => text.trimEnd().split("\n").length;
    return {
      lines: plain.trimEnd().split("\n"),
      coloured: tmux("capture-pane", "-p", "-e"),
      broken: count(plain) - count(joined),
    };
  } finally {
    tmux("kill-server");
    if (exists(done)) Deno.removeSync(done);
  }
}

const COMMANDS = [
  ["list"],
  ["history"],
  ["history", "show", "last"],
  ["run", "qemu/prepare", "--dry-run", "--guest", "x"],
  ["check"],
  ["doctor"],
  ["show", "10-cpu"],
  ["help"],
  ["run", "--help"],
];

for (const width of [60, 80, 200]) {
  Deno.test({
    name: `in a terminal of ${width} columns no line of any command is broken by the terminal ${NEEDS}`,
    ignore: !HAS_TMUX,
    fn() {
      using world = shown();
      for (const command of COMMANDS) {
        const { lines, broken } = inTerminal(world, width, command);
        assert.ok(lines.length > 2, lines.join("\n"));
        assert.equal(broken, 0, `${command.join(" ")}\n${lines.join("\n")}`);
      }
    },
  });
}

Deno.test({
  name: `colours are shown in a terminal, and not with NO_COLOR or in a dumb one ${NEEDS}`,
  ignore: !HAS_TMUX,
  fn() {
    using world = shown();
    const colours = (env: string) => inTerminal(world, 80, ["history"], env).coloured.includes("\x1b[");
    assert.equal(colours("LC_ALL=C.UTF-8"), true);
    assert.equal(colours("LC_ALL=C.UTF-8 NO_COLOR=1"), false);
    assert.equal(colours("LC_ALL=C.UTF-8 TERM=dumb"), false);
  },
});

Deno.test({
  name: `in a locale without UTF-8 a terminal gets ASCII only ${NEEDS}`,
  ignore: !HAS_TMUX,
  fn() {
    using world = shown();
    for (const command of COMMANDS) {
      const { lines, broken } = inTerminal(world, 80, command, "LC_ALL=C");
      assert.match(lines.join(""), /^[ -~]*$/, command.join(" "));
      assert.equal(broken, 0, `${command.join(" ")}\n${lines.join("\n")}`);
    }
    const utf8 = inTerminal(world, 80, ["history", "show", "last"]);
    assert.match(utf8.lines.join("\n"), /✘ 10-cpu/);
  },
});

Deno.test({
  name: `a guest's name moves no cursor and forges no line ${NEEDS}`,
  ignore: !HAS_TMUX,
  fn() {
    using world = shown();
    const { lines } = inTerminal(world, 200, ["history"]);
    assert.ok(lines.some((line) => line.includes("\\u001b[31mred\\nline")), lines.join("\n"));
  },
});

Deno.test("a pipe gets no colours and whole values", () => {
  using world = shown();
  for (const command of [["list"], ["history"], ["check"], ["doctor"]]) {
    const { stdout } = world.admin(command[0]!);
    assert.ok(!stdout.includes("\x1b"));
  }
  assert.match(world.admin("history").stdout, /a-guest-with-a-name-that-is-longer-than-most-names-are/);
});
