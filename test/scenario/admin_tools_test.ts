import assert from "node:assert/strict";
import { domainXml, handler, run, World } from "./admin_world.ts";
import { COMMANDS } from "../../src/cli/commands.ts";

const PROGRAM = new URL("../../dist/hookvisor", import.meta.url).pathname;

/** Whether a program of a Debian package is here. */
function has(program: string): boolean {
  return new Deno.Command("sh", { args: ["-c", `command -v ${program}`], stdout: "null" }).outputSync()
    .success;
}

const PROMETHEUS = new Deno.Command("/usr/bin/python3", {
  args: ["-c", "import prometheus_client"],
  stdout: "null",
  stderr: "null",
}).outputSync().success;

function script(program: string, args: string[], input: string, path = ""): string {
  const file = Deno.makeTempFileSync();
  try {
    Deno.writeTextFileSync(file, input);
    const { stdout, stderr, success } = new Deno.Command(program, {
      args: [...args, file],
      env: { PATH: `${path}${Deno.env.get("PATH")}` },
    }).outputSync();
    const text = new TextDecoder().decode(stdout);
    assert.ok(success, text + new TextDecoder().decode(stderr));
    return text + new TextDecoder().decode(stderr);
  } finally {
    Deno.removeSync(file);
  }
}

/** A world in whose directories `hookvisor` by that name works, as a shell's completion calls it. */
function completed(): World & { path: string } {
  const world = new World();
  world.write("10-a.js", handler("on: [qemu/prepare]", ""));
  world.hook(["qemu", "win 11", "prepare", "begin", "-"], domainXml("win 11"));
  const bin = world.write(
    "bin/hookvisor",
    `#!/bin/sh\nverb=$1; shift\nexec '${PROGRAM}' "$verb" ${world.directories.join(" ")} "$@"\n`,
  );
  Deno.chmodSync(bin, 0o755);
  return Object.assign(world, { path: `${world.root}/bin:` });
}

Deno.test("completion bash completes commands, options, and what the handlers and records tell of", () => {
  using world = completed();
  const complete = (...words: string[]) =>
    script(
      "bash",
      ["--norc"],
      `${run(["completion", "bash"]).stdout}
compopt() { :; }
COMP_WORDS=(hookvisor ${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length}
_hookvisor; printf '%s\\n' "\${COMPREPLY[@]}"`,
      world.path,
    ).trim().split("\n");
  assert.deepEqual(complete("ch").sort(), ["check", "checkpoint"]);
  assert.ok(complete("").length === COMMANDS.length + 1);
  assert.deepEqual(complete("check", "--st"), ["--strict", "--state-dir"]);
  assert.deepEqual(complete("show", ""), ["10-a"]);
  assert.deepEqual(complete("run", "qemu/rest"), ["qemu/restore"]);
  assert.deepEqual(complete("run", "qemu/prepare", "--guest", "w"), ["win\\ 11"]);
  assert.deepEqual(complete("new", "x", "--recipe", "cpu-g"), ["cpu-governor"]);
  assert.deepEqual(complete("completion", "z"), ["zsh"]);
});

Deno.test({
  name: "completion fish completes the same (needs Debian's fish)",
  ignore: !has("fish"),
  fn() {
    using world = completed();
    const complete = (line: string) =>
      script(
        "fish",
        ["--no-config"],
        `${run(["completion", "fish"]).stdout}\ncomplete -C '${line}'`,
        world.path,
      )
        .trim().split("\n").map((each) => each.split("\t")[0]);
    assert.deepEqual(complete("hookvisor ch").sort(), ["check", "checkpoint"]);
    assert.deepEqual(complete("hookvisor show "), ["10-a"]);
    assert.deepEqual(complete("hookvisor run qemu/rest"), ["qemu/restore"]);
    assert.ok(complete("hookvisor check --str").includes("--strict"));
  },
});

Deno.test({
  name: "completion zsh is a script that zsh takes (needs Debian's zsh)",
  ignore: !has("zsh"),
  fn() {
    const text = run(["completion", "zsh"]).stdout;
    script("zsh", ["-f", "-n"], text);
    const told = script(
      "zsh",
      ["-f"],
      `autoload -Uz compinit; compinit -D -u\n${text}\nprint -l \${(k)functions[(I)_hookvisor*]}`,
    );
    for (const { name } of COMMANDS) {
      assert.ok(told.includes(`_hookvisor_${name.replaceAll("-", "_")}\n`), name);
    }
  },
});

Deno.test({
  name:
    "every page of man is taken without a warning by groff's man and by mandoc (needs Debian's man-db, mandoc)",
  ignore: !has("man") && !has("mandoc"),
  fn() {
    using world = new World();
    const directory = `${world.root}/man`;
    assert.equal(run(["man", "--output", directory]).code, 0);
    const pages = [...Deno.readDirSync(directory)].map(({ name }) => `${directory}/${name}`);
    assert.equal(pages.length, COMMANDS.length + 1);
    for (const page of pages) {
      if (has("man")) {
        const { stdout, stderr } = new Deno.Command("man", {
          args: ["--warnings", "-l", "-Tutf8", page],
          env: { MANROFFOPT: "-ww", MAN_KEEP_FORMATTING: "1", LC_ALL: "C.UTF-8" },
        }).outputSync();
        assert.equal(new TextDecoder().decode(stderr), "", page);
        assert.ok(stdout.length > 500);
      }
      if (has("mandoc")) {
        const { stdout } = new Deno.Command("mandoc", { args: ["-Tlint", page] })
          .outputSync();
        assert.equal(new TextDecoder().decode(stdout), "");
      }
    }
  },
});

Deno.test("man prints one page, and knows the commands", () => {
  assert.match(run(["man", "check"]).stdout, /^\.TH "HOOKVISOR\\-CHECK" "8"/);
  assert.match(run(["man"]).stdout, /^\.TH "HOOKVISOR" "8"[^]*hookvisor\\-doctor/);
  const { code, stderr } = run(["man", "chek"]);
  assert.equal(code, 2);
  assert.match(stderr, /did you mean check/);
});

Deno.test({
  name: "metrics are what Prometheus's own parser reads (needs Debian's python3-prometheus-client)",
  ignore: !PROMETHEUS,
  fn() {
    using world = new World();
    world.write("10-a.js", handler("on: [qemu/prepare]", `  if (event.name === "bad") host.fail("no");`));
    world.write("20-b.js", "broken");
    for (const name of ["good", "bad"]) world.hook(["qemu", name, "prepare", "begin", "-"], domainXml(name));
    world.hook(["qemu", "good", "release", "end", "-"], domainXml("good"));
    const file = `${world.root}/out.prom`;
    assert.equal(world.admin("metrics", "--output", file, "--quiet").code, 0);
    const told = JSON.parse(script(
      "/usr/bin/python3",
      [],
      `
import json
from prometheus_client.parser import text_string_to_metric_families as parse
print(json.dumps({f.name: [f.type, [[s.name, s.labels, s.value] for s in f.samples]] for f in parse(open("${file}").read())}))
`,
    ));
    assert.deepEqual(told.hookvisor_handlers, ["gauge", [
      ["hookvisor_handlers", { state: "usable" }, 1],
      ["hookvisor_handlers", { state: "broken" }, 1],
    ]]);
    const total = told.hookvisor_calls[1].reduce(
      (sum: number, [, , value]: [string, object, number]) => sum + value,
      0,
    );
    assert.equal(total, 3);
    const [type, samples] = told.hookvisor_call_duration_seconds;
    assert.equal(type, "histogram");
    assert.ok(
      samples.some(([, { le }, value]: [string, { le?: string }, number]) => le === "+Inf" && value === 2),
    );
  },
});

Deno.test("metrics agree with every rule of the text format that a scraper needs", () => {
  const { stdout, code } = run(["metrics", "--log-dir", "/nonexistent", "--config-dir", "/nonexistent"]);
  assert.equal(code, 0);
  for (const line of stdout.trimEnd().split("\n")) {
    assert.match(
      line,
      /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z_]+="[^"\\\n]*"(,[a-z_]+="[^"\\\n]*")*\})? [\d.e+-]+)$/,
    );
  }
});

Deno.test("version tells what the program is made of, for people and as JSON", () => {
  assert.match(run(["version"]).stdout, /^hookvisor \d+\.\d+\.\d+.*\nDeno 2\.9\.4\nV8 .*\nQuickJS-ng .*\n$/);
  assert.equal(JSON.parse(run(["version", "--json"]).stdout).deno, "2.9.4");
});

Deno.test("help lists every command, and every command's help has its example and exit codes", () => {
  const overview = run(["help"]).stdout;
  for (const { name, examples } of COMMANDS) {
    assert.match(overview, new RegExp(`^  ${name} `, "m"));
    const { code, stdout } = run([name, "--help"]);
    assert.equal(code, 0);
    assert.ok(stdout.startsWith(`usage: hookvisor ${name} `), name);
    assert.ok(stdout.replaceAll(" \\\n    ", " ").includes(`  ${examples[0]![0]}\n`), name);
    assert.match(stdout, /\nExit codes:\n {2}0 /);
    for (const line of stdout.split("\n")) assert.ok(line.length <= 100, line);
  }
  assert.equal(run([]).code, 2);
  assert.equal(run(["chek"]).code, 2);
  assert.match(run(["chek"]).stderr, /did you mean check\?/);
});
