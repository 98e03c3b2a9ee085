import assert from "node:assert/strict";
import { join } from "node:path";
import { fixture, Host, PROGRAM, run, type Words } from "./support.ts";

const PREPARE: Words = ["qemu", "v1", "prepare", "begin", "-"];
const XML = fixture("9.0.0/003-qemu-prepare");
const ROOT = Deno.uid() === 0;

/** What a handler with these rules logs. */
async function says(host: Host, allow: unknown, code: string, words = PREPARE): Promise<string[]> {
  host.handler("10-try", `on: [qemu/*]\nallow: ${JSON.stringify(allow)}`, code);
  const { code: exit, stderr } = await host.hook(words, { stdin: XML });
  assert.equal(exit, 0, stderr);
  const calls = host.record().handlers[0]?.calls ?? [];
  return calls.filter(({ call }) => call === "log").map(({ what }) => what);
}

function script(path: string, text: string, mode = 0o755): string {
  Deno.writeTextFileSync(path, text);
  Deno.chmodSync(path, mode);
  return path;
}

Deno.test("runAs sets variables behind the change of user, and none that chooses what code runs", {
  ignore: !ROOT,
}, async () => {
  using host = new Host();
  const allow = {
    exec: ["/usr/bin/env ...", "id -u"],
    runAs: ["nobody"],
    env: ["LD_LIBRARY_PATH", "LD_PRELOAD", "PYTHONPATH", "BASH_ENV", "GCONV_PATH", "COLOUR"],
  };
  const said = await says(
    host,
    allow,
    `const as = (env) => host.exec("/usr/bin/env", [], { runAs: "nobody", env }).then(({ stdout }) => stdout, String);
     for (const name of ${
      JSON.stringify(allow.env.slice(0, 5))
    }) host.log.info(await as({ [name]: "/tmp/x" }));
     host.log.info((await as({ COLOUR: "dark blue\\n=1" })).split("\\n").sort().join("|"));
     await host.undo("id", ["-u"], { runAs: "nobody", env: { LD_PRELOAD: "/tmp/x.so" } }).catch((e) => host.log.info(String(e)));
     const { stdout } = await host.exec("id", ["-u"], { runAs: "nobody" });
     host.log.info(stdout.trim());`,
  );
  for (const one of [...said.slice(0, 5), said[6]!]) {
    assert.match(
      one,
      /^NotAllowed: .*controls which code the program runs, and cannot be combined with runAs/,
    );
  }
  assert.match(
    said[5]!,
    /=1\|COLOUR=dark blue\|HOME=[^|]*\|LC_ALL=C\|LOGNAME=nobody\|PATH=[^|]*\|USER=nobody/,
  );
  assert.equal(said[7], "65534");
});

Deno.test(
  "runAs with root's own name runs no program that others could have written",
  { ignore: !ROOT },
  async () => {
    using host = new Host();
    const theirs = script(join(host.scratch(), "theirs"), "#!/bin/sh\necho ran\n");
    Deno.chownSync(theirs, 65534, 65534);
    const said = await says(
      host,
      { exec: [theirs], runAs: ["root"] },
      `const tell = (call) => call.then(() => host.log.info("done"), (e) => host.log.info(String(e)));
     await tell(host.exec("${theirs}", [], { runAs: "root" }));
     await tell(host.undo("${theirs}", [], { runAs: "root" }));`,
    );
    assert.equal(said.length, 2);
    for (const one of said) assert.match(one, /was refused: .*theirs is owned by user 65534/);
  },
);

Deno.test("commands start in / with umask 022, whatever their caller had", async () => {
  using host = new Host();
  const there = host.scratch();
  const shell = script(join(there, "say"), "#!/bin/sh\npwd\numask\n");
  host.handler(
    "10-try",
    `on: [qemu/*]\nallow: {exec: ["${shell}"]}`,
    `host.log.info((await host.exec("${shell}")).stdout);`,
  );
  const folders = ["--config-dir", host.config, "--state-dir", host.state, "--log-dir", host.log];
  const line = [PROGRAM, "hook", ...folders, ...PREPARE].map((word) => `'${word}'`).join(" ");
  const ended = await run("/bin/sh", ["-c", `cd ${there} && umask 077 && exec ${line}`], { stdin: XML });
  assert.equal(ended.code, 0, ended.stderr);
  assert.match(host.record().handlers[0]?.calls.at(-1)?.what ?? "", /^\/\n0?022\n$/);
});

Deno.test("root runs no program that others could have written, nor a script whose interpreter they could", {
  ignore: !ROOT,
}, async () => {
  using host = new Host();
  const d = host.scratch();
  Deno.mkdirSync(join(d, "theirs"), { mode: 0o755 });
  Deno.chownSync(join(d, "theirs"), 65534, 65534);
  const good = script(join(d, "good"), "#!/bin/sh\necho good\n");
  const open = script(join(d, "open"), "#!/bin/sh\n", 0o777);
  const theirs = script(join(d, "theirs/program"), "#!/bin/sh\n");
  const interpreter = script(join(d, "interpreter"), '#!/bin/sh\nexec sh "$@"\n', 0o777);
  const byIt = script(join(d, "by-it"), `#!${interpreter}\necho x\n`);
  const byEnv = script(join(d, "by-env"), `#!/usr/bin/env ${interpreter}\necho x\n`);
  Deno.symlinkSync(open, join(d, "link"));
  const programs = [good, open, theirs, byIt, byEnv, join(d, "link")];
  const allow = { exec: programs };
  const code = `for (const program of ${JSON.stringify(programs)}) {
    host.log.info(await host.exec(program).then(({ stdout }) => stdout.trim(), (e) => e.code + " " + e.message));
  }
  await host.undo("${open}").catch((e) => host.log.info(e.code + " " + e.message));`;
  const said = await says(host, allow, code);
  assert.equal(said[0], "good");
  for (const one of said.slice(1)) {
    assert.match(
      one,
      /^EPERM .* was refused: .*(?:is run by|can be written by everyone|is owned by user 65534)/,
    );
  }
  assert.equal(said.length, 7);
  assert.match(said[3]!, /is run by .*interpreter/);
  const folders = ["--config-dir", host.config, "--log-dir", host.log, "--state-dir", host.state];
  const check = await run(PROGRAM, ["check", ...folders]);
  assert.equal(
    [...check.stdout.matchAll(/warning: exec: .*so users other than root control what it does/g)].length,
    5,
    check.stdout,
  );
  const doctor = await run(PROGRAM, ["doctor", ...folders]);
  assert.match(doctor.stdout, /10-try may run a program that hookvisor refuses to run as root/);
  host.file("config.yaml", "policy: {programs: any}\n");
  assert.deepEqual((await says(host, allow, code)).slice(0, 2), ["good", ""]);
});

Deno.test("root runs no script whose first line leads to what others could have written", {
  ignore: !ROOT,
}, async () => {
  using host = new Host();
  const d = host.scratch();
  const there = join(d, "there");
  Deno.mkdirSync(there);
  Deno.chmodSync(there, 0o777);
  const theirs = script(join(there, "theirs"), "#!/bin/sh\necho theirs\n");
  const lines = [
    theirs,
    theirs.slice(1),
    `/bin/sh ${theirs}`,
    `/usr/bin/nice ${theirs}`,
    `/usr/bin/env ${theirs.slice(1)}`,
    `/usr/bin/env -S${theirs}`,
    `/usr/bin/env -S A=b ${theirs}`,
    `/usr/bin/env --split-string=${theirs}`,
    `/usr/bin/env -S -u NAME ${theirs}`,
    `/usr/bin/env -S -C / ${theirs}`,
    `/usr/bin/env -S "${theirs}"`,
    `/usr/bin/env -S PATH=${there} theirs`,
    `/usr/bin/env -S sh ${theirs}`,
    `/bin/sh ${there}/later`,
    `${there}/later`,
    // Through another script, which is root's.
    join(d, "script0"),
    join(d, "script3"),
  ];
  const programs = lines.map((line, i) => script(join(d, `script${i}`), `#!${line}\necho x\n`));
  const fine = [
    "/bin/sh -e",
    "/usr/bin/env sh",
    "/usr/bin/env -S sh -e",
    join(d, "fine0"),
    "/bin/sed s/a/b/;d",
  ]
    .map((line, i) => script(join(d, `fine${i}`), `#!${line}\necho fine\n`));
  const loop = script(join(d, "loop"), `#!${join(d, "loop")}\n`);
  // Does not exist when it is looked at: whose directory it is could create it in between.
  const all = [...programs, `${there}/later`, loop, ...fine];
  const said = await says(
    host,
    { exec: all },
    `for (const program of ${JSON.stringify(all)}) {
      host.log.info(await host.exec(program).then(() => "ran", (e) => e.code + " " + e.message));
    }`,
  );
  assert.equal(said.length, all.length);
  said.slice(0, programs.length + 1).forEach((one, i) =>
    assert.match(one, /^EPERM .* was refused: /, lines[i])
  );
  assert.doesNotMatch(said[programs.length + 1]!, /^ran/);
  assert.deepEqual(said.slice(-fine.length), fine.map(() => "ran"));
});

Deno.test("a command of host.undo is looked at again when it is played back", { ignore: !ROOT }, async () => {
  using host = new Host();
  const program = script(join(host.scratch(), "program"), "#!/bin/sh\n");
  await says(host, { exec: [program] }, `await host.undo("${program}");`);
  Deno.chmodSync(program, 0o777);
  await host.hook(["qemu", "v1", "release", "end", "-"], { stdin: XML });
  const [undone] = host.record().undone ?? [];
  assert.match(undone?.error ?? "", /can be written by everyone/);
  Deno.chmodSync(program, 0o755);
  await host.hook(["qemu", "v1", "release", "end", "-"], { stdin: XML });
  assert.equal(host.record().undone?.[0]?.error, undefined);
});

Deno.test(
  "handlers/ that is sticky and open to all is refused with a valid index too",
  { ignore: !ROOT },
  async () => {
    using host = new Host();
    host.handler("10-a", "on: [qemu/prepare]");
    await new Promise((done) => setTimeout(done, 2_100));
    for (let i = 0; i < 2; i++) assert.equal((await host.hook(PREPARE, { stdin: XML })).code, 0);
    assert.ok([...Deno.readDirSync(host.state)].some(({ name }) => name === "handlers.json"));
    Deno.chmodSync(host.handlers, 0o1777);
    const ended = await host.hook(PREPARE, { stdin: XML });
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /can be written by everyone/);
  },
);
