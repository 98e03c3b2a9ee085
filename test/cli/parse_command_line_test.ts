import assert from "node:assert/strict";
import type { AdminCommand } from "../../src/cli/command.ts";
import { absolutePath } from "../../src/cli/absolute_path.ts";
import { parseCommandLine } from "../../src/cli/parse_command_line.ts";

const COMMAND: AdminCommand = {
  name: "sample",
  words: [{ name: "NAME", kind: "text" }, { name: "FILE", kind: "file", optional: true }],
  summary: "",
  description: [],
  exitCodes: [],
  examples: [],
  options: {
    json: { summary: "" },
    guest: { value: "NAME", summary: "" },
    shell: { value: "SHELL", kind: ["bash", "zsh"], summary: "" },
    number: { value: "N", summary: "" },
  },
  load: () => Promise.reject(new Error("not in this test")),
};

function parsed(...args: string[]) {
  const result = parseCommandLine(COMMAND, args);
  assert.ok(typeof result !== "string", String(result));
  return result;
}

Deno.test("parseCommandLine() takes options before, between and after words, with = or without", () => {
  const { words, options } = parsed("--guest", "a", "one", "--json", "two", "--shell=zsh", "-n", "5");
  assert.deepEqual(words, ["one", "two"]);
  assert.deepEqual(options, { guest: "a", json: true, shell: "zsh", number: "5" });
});

Deno.test("parseCommandLine() takes what follows -- as words", () => {
  assert.deepEqual(parsed("--", "--json").words, ["--json"]);
});

Deno.test("parseCommandLine() of a raw command takes everything from the first word on as it is", () => {
  const raw: AdminCommand = { ...COMMAND, raw: true };
  const result = parseCommandLine(raw, ["--json", "qemu", "--help", "a", "b", "c"]);
  assert.ok(typeof result !== "string");
  assert.deepEqual(result.words, ["qemu", "--help", "a", "b", "c"]);
});

Deno.test("parseCommandLine() says what is wrong with a command line", () => {
  const cases: [string[], RegExp][] = [
    [[], /^NAME is missing$/],
    [["a", "b", "c"], /^"c" is one argument too many$/],
    [["a", "--jsno"], /^unknown option --jsno; did you mean --json\?$/],
    [["a", "-x"], /^unknown option -x$/],
    [["a", "--json=yes"], /^--json takes no value$/],
    [["a", "--guest"], /^--guest needs a value: NAME$/],
    [["a", "--guest="], /^--guest needs a value: NAME$/],
    [["a", "--shell", "tcsh"], /^--shell must be one of bash, zsh, not "tcsh"$/],
  ];
  for (const [args, message] of cases) assert.match(String(parseCommandLine(COMMAND, args)), message);
});

Deno.test("parseCommandLine() asks for nothing more when help is wanted", () => {
  assert.equal(parsed("--help").options.help, true);
  assert.equal(parsed("-h").options.help, true);
});

Deno.test("parseCommandLine() takes directories without their final slash, and defaults for the rest", () => {
  assert.deepEqual(parsed("a", "--config-dir", "/tmp/x//").directories, {
    config: "/tmp/x",
    state: "/run/hookvisor",
    log: "/var/log/hookvisor",
    libvirt: "/run/libvirt",
    journald: "/run/systemd/journal/socket",
  });
});

Deno.test("absolutePath() counts a relative path from where the command is run", () => {
  const from = () => "/home/a";
  const paths = ["here", "./here/", "../b", "/x//y/", "/", "../../../.."].map((path) =>
    absolutePath(path, from)
  );
  assert.deepEqual(paths, ["/home/a/here", "/home/a/here", "/home/b", "/x/y", "/", "/"]);
});
