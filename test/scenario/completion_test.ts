import assert from "node:assert/strict";
import { domainXml, handler, run, World } from "./admin_world.ts";

const PROGRAM = new URL("../../dist/hookvisor", import.meta.url).pathname;

function has(...programs: string[]): boolean {
  return programs.every((name) =>
    new Deno.Command("sh", { args: ["-c", `command -v ${name}`], stdout: "null" }).outputSync().success
  );
}

/** An interactive shell in a terminal, in whose PATH `hookvisor` uses a test's own directories. */
class Shell {
  readonly #world = new World();
  readonly #socket = `${this.#world.root}/tmux`;

  constructor(command: string, prepare: (root: string) => string) {
    const world = this.#world;
    const { root } = world;
    world.write("20-vfio.js", handler("on: [qemu/prepare]", ""));
    world.hook(["qemu", "win11", "prepare", "begin", "-"], domainXml("win11"));
    const bin = `#!/bin/sh\nverb=$1; shift\nexec '${PROGRAM}' "$verb" ${world.directories.join(" ")} "$@"\n`;
    Deno.chmodSync(world.write("bin/hookvisor", bin), 0o755);
    for (const shell of ["bash", "zsh"]) world.write(`scripts/${shell}`, run(["completion", shell]).stdout);
    this.#tmux(
      "new-session",
      "-d",
      "-x",
      "100",
      "-y",
      "50",
      `env PATH=${root}/bin:$PATH LC_ALL=C.UTF-8 ${command}`,
    );
    this.#tmux("send-keys", `PS1='> '; ${prepare(`${root}/scripts`)}; clear; echo ready`, "Enter");
    this.#until((screen) => /^ready$/m.test(screen));
  }

  /** What the line becomes when Tab is pressed after it. */
  completed(line: string, expected: string): void {
    this.#tmux("send-keys", "C-u");
    this.#tmux("send-keys", "-l", line);
    this.#until((screen) => screen.includes(`> ${line}`));
    this.#tmux("send-keys", "Tab");
    this.#until((screen) => screen.includes(`> ${expected}`));
  }

  #until(isRight: (screen: string) => boolean): void {
    let screen = "";
    for (let i = 0; i < 100; i++) {
      screen = this.#tmux("capture-pane", "-p");
      if (isRight(screen)) return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
    assert.fail(screen);
  }

  #tmux(...words: string[]): string {
    const { stdout, stderr, success } = new Deno.Command("tmux", {
      args: ["-u", "-S", this.#socket, "-f", "/dev/null", ...words],
      env: { LC_ALL: "C.UTF-8", TERM: "xterm-256color" },
    }).outputSync();
    assert.ok(success, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  }

  [Symbol.dispose](): void {
    this.#tmux("kill-server");
    this.#world[Symbol.dispose]();
  }
}

const CASES = [
  ["hookvisor che", "hookvisor check"],
  ["hookvisor show 20", "hookvisor show 20-vfio"],
  ["hookvisor run qemu/resto", "hookvisor run qemu/restore"],
  ["hookvisor run qemu/prepare --guest w", "hookvisor run qemu/prepare --guest win11"],
  ["hookvisor check --stri", "hookvisor check --strict"],
  ["hookvisor new x --recipe cpu-g", "hookvisor new x --recipe cpu-governor"],
  ["hookvisor history show la", "hookvisor history show last"],
  ["hookvisor check /etc/hostn", "hookvisor check /etc/hostname"],
] as const;

Deno.test({
  name: "Tab completes in a real bash (needs Debian's tmux)",
  ignore: !has("tmux", "bash"),
  fn() {
    using shell = new Shell("bash --norc --noprofile", (scripts) => `source ${scripts}/bash`);
    for (const [line, expected] of CASES) shell.completed(line, expected);
  },
});

Deno.test({
  name: "Tab completes in a real zsh (needs Debian's tmux and zsh)",
  ignore: !has("tmux", "zsh"),
  fn() {
    using shell = new Shell(
      "zsh -f",
      (scripts) => `autoload -Uz compinit; compinit -D -u; source ${scripts}/zsh`,
    );
    for (const [line, expected] of CASES) shell.completed(line, expected);
  },
});
