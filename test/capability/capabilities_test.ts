import assert from "node:assert/strict";
import { Caller, grantOf, runningHandler, shown } from "./support.ts";
import { CAPABILITIES } from "../../src/capability/capabilities.ts";
import type { Capability } from "../../src/capability/capability.ts";
import { hostCalls } from "../../src/capability/host_calls.ts";
import { Deadline } from "../../src/base/deadline.ts";
import { runHandler } from "../../src/sandbox/run_handler.ts";
import { Loop } from "../../src/system/loop.ts";
import { SystemError } from "../../src/system/system_error.ts";

const ALL = [...CAPABILITIES.values()];
const OFFERED = ALL.filter(({ isInternal }) => isInternal !== true).map(({ name }) => name).sort();
/** What the prelude makes of calls by itself, or of none. */
const OWN = ["guest", "lock", "log", "options", "waitFor"];

function textOf(path: string): string {
  return Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url));
}

/** Runs a handler with these capabilities, dry or not. */
async function handle(body: string, capabilities: ReadonlyMap<string, Capability>, isDry: boolean) {
  const told: string[] = [];
  const { outcome, calls } = await runHandler({
    file: "/handlers/10-a.js",
    source: `export default async (event, host) => { ${body} };`,
    event: { name: "v1" },
    options: {},
    deadline: Deadline.in(10_000),
    host: {
      handler: runningHandler(),
      grant: grantOf({}),
      capabilities,
      dryRun: isDry ? (what) => void told.push(what) : undefined,
    },
  }, new Loop());
  return { outcome, calls, told };
}

Deno.test("each capability has a name of its own, and only looks or says what a dry run does", () => {
  assert.equal(new Set(ALL.map(({ name }) => name)).size, CAPABILITIES.size);
  for (const { name, looksOnly, dryRun, run } of ALL) {
    assert.equal(typeof run, "function", name);
    assert.notEqual(looksOnly === true, dryRun !== undefined, `${name}: looksOnly or dryRun, not both`);
  }
});

Deno.test("a capability that a dry run does not know is refused there, and not run", async () => {
  let runs = 0;
  const forgotten: Capability = {
    ...CAPABILITIES.get("sleep")!,
    looksOnly: undefined,
    run: () => {
      runs++;
      return { value: null };
    },
  } as unknown as Capability;
  const table = new Map([...CAPABILITIES, ["sleep", forgotten]]);
  const dry = await handle("await host.sleep(1);", table, true);
  assert.equal(runs, 0);
  assert.ok(!dry.outcome.ok);
  assert.match(
    dry.outcome.message,
    /^host\.sleep: this capability does not declare what a dry run does/,
  );
  assert.match(dry.calls[0]?.error ?? "", /so the dry run refused it/);
  assert.deepEqual((await handle("await host.sleep(1);", table, false)).outcome, { ok: true });
  assert.equal(runs, 1);
});

Deno.test("the engine's image offers handlers the calls of the list, and the types promise no others", async () => {
  const names = `const names = (object, prefix) => Object.entries(object).flatMap(([name, one]) =>
      typeof one === "function" ? [prefix + name] : names(one, prefix + name + "."));
    const { options, guest, log, lock, waitFor, ...calls } = host;
    for (const one of [host, host.fs, host.state, host.state.host, host.xml, log]) {
      if (!Object.isFrozen(one)) host.fail("not frozen");
    }
    host.fail(JSON.stringify([names(calls, "").sort(), Object.keys(event).sort()]));`;
  const { outcome } = await handle(names, CAPABILITIES, false);
  assert.ok(!outcome.ok && outcome.cause === "fail", JSON.stringify(outcome));
  assert.deepEqual(JSON.parse(outcome.message), [OFFERED, ["name", ...hostCalls().fields].sort()]);
  assert.deepEqual(typedNames().sort(), [...OFFERED, ...OWN].sort());
});

Deno.test("docs/handlers.md has every call, what it is checked against, and what a dry run does", () => {
  const page = textOf("docs/handlers.md");
  const table = page.slice(page.indexOf("### Every call"));
  const rows = table.split("\n").filter((line) => line.startsWith("| `")).map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.trim())
  );
  const told = rows.flatMap(([names = "", within = "", dry = ""]) =>
    [...names.matchAll(/`([\w.]+)`/g)].map(([, name]) =>
      `${name} within ${within.replaceAll("`", "") || "nothing"}, ${
        dry.startsWith("done") ? "done" : "not done"
      }`
    )
  );
  const known = ALL.map(({ name, within, looksOnly }) =>
    `${name} within ${within ?? "nothing"}, ${looksOnly ? "done" : "not done"}`
  );
  assert.deepEqual(told.sort(), known.sort());
});

Deno.test("a dry run of every call that changes something leaves the host as it is", async () => {
  const root = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(`${root}/in`);
    Deno.writeTextFileSync(`${root}/in/a`, "old");
    Deno.mkdirSync(`${root}/in/d`);
    const grant = grantOf({ exec: ["touch *"], scripts: ["/usr/bin"], write: [`${root}/in/**`, "/sys/x"] });
    const handler = runningHandler({
      state: `${root}/run`,
      xml: "<domain><uuid>11111111-2222-3333-4444-555555555555</uuid></domain>",
    });
    const caller = new Caller(grant, Deadline.in(10_000), handler, true);
    const a = `${root}/in/a`;
    const cases: Record<string, [args: Parameters<Caller["call"]>[1][], told: RegExp, answer: string]> = {
      "exec": [["touch", [`${root}/in/x`]], /^run touch .*\/x$/, `"code":0`],
      "exec.played": [
        ["ls -l"],
        /^\(what follows depends on what ls -l says, a command that was not run\)$/,
        "null",
      ],
      "scripts.run": [["/usr/bin/true"], /^run \/usr\/bin\/true v1 start begin -$/, `"code":0`],
      "undo": [["touch", [`${root}/in/x y`]], /^run touch '.*\/x y' when the guest is gone$/, "null"],
      "fs.write": [[a, "new"], /^write "new" to .*\/a$/, "null"],
      "fs.append": [[a, "new"], /^append "new" to .*\/a$/, "null"],
      "fs.mkdir": [[`${root}/in/e`], /^make the directory .*\/e$/, "null"],
      "fs.remove": [[a], /^remove .*\/a$/, "true"],
      "fs.rename": [[a, `${root}/in/b`], /^rename .*\/a to .*\/b$/, "null"],
      "fs.chmod": [[a, "600"], /^set the mode of .*\/a to 600$/, "null"],
      "fs.chown": [[a, 1, null], /^give .*\/a to user 1$/, "null"],
      "fs.set": [[`${root}/in/*`, 7], /^set .*\/a to "7" until the guest is gone$/, `["${a}"`],
      "fs.undo": [["/sys/x", 1], /^write "1" to \/sys\/x when the guest is gone$/, "null"],
      "state.set": [["k", 1], /^keep 1 as "k"$/, "null"],
      "state.host.set": [["k", 1], /^keep 1 as "k"$/, "null"],
      "state.delete": [["k"], /^forget "k"$/, "true"],
      "state.host.delete": [["k"], /^forget "k"$/, "true"],
      "state.get": [["k"], /^$/, "null"],
      "state.host.get": [["k"], /^$/, "null"],
      "state.list": [[""], /^$/, "[]"],
      "state.host.list": [[""], /^$/, "[]"],
      "lock.take": [["x"], /^$/, "0"],
      "lock.free": [[0], /^$/, "null"],
    };
    const changing = ALL.filter(({ looksOnly }) => looksOnly !== true).map(({ name }) => name);
    assert.deepEqual(Object.keys(cases).sort(), changing.sort());
    const before = snapshot(root);
    for (const [name, [args, told, answer]] of Object.entries(cases)) {
      caller.told.length = 0;
      const given = shown(await caller.call(CAPABILITIES.get(name)!, ...args));
      assert.ok(given.includes(answer), `${name}: ${given}`);
      assert.match(caller.told[0] ?? "", told, name);
      assert.deepEqual(snapshot(root), before, name);
    }
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
});

Deno.test("a dry run refuses what the call itself would refuse", async () => {
  const root = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(`${root}/a`, "old");
    Deno.linkSync(`${root}/a`, `${root}/b`);
    Deno.mkdirSync(`${root}/d`);
    const grant = grantOf({ exec: ["touch *"], scripts: ["/usr/bin"], write: [`${root}/*`] });
    const [real, dry] = [false, true].map((isDry) =>
      new Caller(grant, Deadline.in(10_000), runningHandler({ state: `${root}/run` }), isDry)
    ) as [Caller, Caller];
    const cases: [name: string, ...args: Parameters<Caller["call"]>[1][]][] = [
      ["exec", "rm", ["x"]],
      ["exec", "touch", "x"],
      ["undo", "rm", ["x"]],
      ["undo", "touch", ["x"], { stdin: "x" }],
      ["fs.write", `${root}/a`, 1],
      ["fs.write", `${root}/a`, "x"],
      ["fs.write", `${root}/d`, "x"],
      ["fs.write", "/etc/passwd", "x"],
      ["fs.write", `${root}/none/x`, "x"],
      ["fs.append", `${root}/a`, null],
      ["fs.append", `${root}/b`, "x"],
      ["fs.append", "/proc/version", "x"],
      ["fs.mkdir", `${root}/a`],
      ["fs.mkdir", `${root}/e`, { mode: 0o4755 }],
      ["fs.remove", "/etc/passwd"],
      ["fs.rename", `${root}/a`],
      ["fs.rename", `${root}/none`, `${root}/x`],
      ["fs.rename", `${root}/a`, "/etc/x"],
      ["fs.chmod", `${root}/a`, 0o4755],
      ["fs.chmod", `${root}/b`, 0o600],
      ["fs.chown", `${root}/a`, "nobody-of-that-name"],
      ["fs.chown", `${root}/a`, 1.5],
      ["fs.set", `${root}/none`, "1"],
      ["fs.set", `${root}/none*`, "1"],
      ["fs.set", `${root}/d`, {}],
      ["fs.set", "/etc/passwd", "1"],
      ["state.get", 1],
      ["state.set", "k"],
      ["state.set", "", 1],
      ["state.set", "k", "x".repeat(70_000)],
      ["state.get", "k"],
      ["state.host.list", 1],
      ["lock.take", ""],
    ];
    for (const [name, ...args] of cases) {
      const capability = CAPABILITIES.get(name)!;
      const expected = shown(await real.call(capability, ...args));
      assert.match(expected, /^(NotAllowed|TypeError|E[A-Z]+) host\./, `${name} ${JSON.stringify(args)}`);
      assert.equal(shown(await dry.call(capability, ...args)), expected, `${name} ${JSON.stringify(args)}`);
    }
    assert.deepEqual(dry.told, []);
    assert.equal(Deno.readTextFileSync(`${root}/a`), "old");
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
});

/** Every file below a folder with its mode, owner and text. */
function snapshot(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    const { mode, uid, gid } = Deno.lstatSync(path);
    const own = `${path} ${mode} ${uid}:${gid} ${isDirectory ? "" : Deno.readTextFileSync(path)}`;
    return isDirectory ? [own, ...snapshot(path)] : [own];
  }).sort();
}

/** The calls that handler.d.ts gives `host`: `fs.read`, `state.host.get`, and what is no call. */
function typedNames(): string[] {
  const text = textOf("handlers/handler.d.ts");
  const bodyOf = (type: string) =>
    new RegExp(`^export interface ${type}\\b[^{]*\\{\\n([^]*?)^\\}`, "m").exec(text)![1]!;
  const members = (body: string, prefix: string): string[] =>
    [...body.matchAll(/^ {2}(?:readonly )?(\w+)([(<]|: ([^]*?);$)/gm)].flatMap(([, name = "", , type]) => {
      const named = /^Host\w+/.exec(type ?? "")?.[0];
      if (named === undefined) return [prefix + name];
      const inner = / & \{([^]*)/.exec(type!)?.[1] ?? "";
      return [
        ...members(bodyOf(named), `${prefix}${name}.`),
        ...members(`${inner};`.replaceAll(/^ {2}/gm, ""), `${prefix}${name}.`),
      ];
    });
  return members(bodyOf("Host"), "");
}

Deno.test("what the system refuses a call on its way is its answer, and no bug of hookvisor's", async () => {
  const ENOMEM = 12;
  const table = new Map([...CAPABILITIES, ["sleep", {
    ...CAPABILITIES.get("sleep")!,
    run() {
      throw new SystemError(ENOMEM, "/usr/bin/sleep");
    },
  }]]);
  const body =
    "await host.sleep(1).catch((error) => host.fail(`${error.name} ${error.code} ${error.message}`));";
  const { outcome } = await handle(body, table, false);
  const message = "SystemError ENOMEM host.sleep: /usr/bin/sleep: out of memory (ENOMEM)";
  assert.deepEqual(outcome, { ok: false, cause: "fail", message });
});
