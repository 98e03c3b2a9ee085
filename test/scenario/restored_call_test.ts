import assert from "node:assert/strict";
import { join } from "node:path";
import { HAS_CHECKPOINTS, play, playBoth, type Story } from "./checkpoint.ts";
import { ENVIRONMENT, fixture, type Host, type Words } from "./support.ts";

const PREPARE: Words = ["v1", "prepare", "begin", "-"];
const STARTED: Words = ["v1", "started", "begin", "-"];
const RELEASE: Words = ["v1", "release", "end", "-"];
const options = { stdin: fixture("9.0.0/003-qemu-prepare") };
const ignore = !HAS_CHECKPOINTS;

/** Told once by processes that start plainly and once by restored ones: replies and records have to be the same. */
const STORIES: Record<string, Story & { fails?: RegExp }> = {
  "without handlers": { calls: [PREPARE, RELEASE], options },
  "with a handler for another guest": {
    set: (host) => void host.handler("10-a", "on: [qemu/*]\nguests: [other]"),
    calls: [PREPARE],
    options,
  },
  "with a handler that looks at the domain and fails": {
    set: (host) =>
      void host.handler(
        "10-a",
        "on: [qemu/prepare]",
        `const { domain } = event; host.fail(domain.name + " has " + domain.memoryKiB + " KiB, " + event.xml.length);`,
      ),
    calls: [PREPARE],
    options,
    fails: /^hookvisor: v1: prepare refused by 10-a: v1 has 32768 KiB, 1232\n$/,
  },
  "with a handler that throws": {
    set: (host) => void host.handler("10-a", "on: [qemu/prepare]", "null.x;"),
    calls: [PREPARE],
    options,
    fails: /^hookvisor: v1: prepare refused by 10-a: TypeError: /,
  },
  "with a handler that cannot be read": {
    set: (host) => void host.handler("10-a", "on: [qemu/prepare]", "let let = (;"),
    calls: [PREPARE],
    options,
    fails: /^hookvisor: v1: prepare refused by 10-a: SyntaxError: /,
  },
  "with commands": {
    set: (host) =>
      void host.handler(
        "10-a",
        `on: [qemu/prepare]\nallow: {exec: ["sh -c *"]}`,
        `const { stdout } = await host.exec("sh", ["-c", "cat; env | sort; ulimit -a; grep ^Sig /proc/self/status; ls /proc/self/fd"],
           { stdin: "in" });
         host.log.info(stdout);
         await host.exec("sh", ["-c", "echo bad >&2; exit 3"]).catch((error) => host.log.warn(error.message));
         await host.exec("sh", ["-c", "kill -9 $$"]);`,
      ),
    calls: [PREPARE],
    options,
  },
  "that sets what comes back": {
    set: (host) => {
      const folder = host.scratch();
      Deno.writeTextFileSync(join(folder, "a"), "old");
      host.handler(
        "10-a",
        `on: [qemu/prepare]\nallow: {read: ["${folder}/*"], write: ["${folder}/*"], exec: ["touch ${folder}/*"]}`,
        `await host.fs.set("${folder}/a", "new"); await host.undo("touch", ["${folder}/undone"]);
         host.log.info(await host.fs.read("${folder}/a"));`,
      );
    },
    calls: [PREPARE, RELEASE],
    options,
    look: (host) => ["a", "undone"].map((name) => Deno.readTextFileSync(join(host.folder, "scratch", name))),
  },
  "that keeps state": {
    set: (host) =>
      void host.handler(
        "10-a",
        "on: [qemu/*]",
        `const n = (await host.state.get("n") ?? 0) + 1; await host.state.set("n", n); host.log.info(String(n));`,
      ),
    calls: [PREPARE, STARTED, STARTED, RELEASE, PREPARE],
    options,
  },
  "with a handler in the background": {
    set: (host) => {
      host.handler("10-late", "on: [qemu/started]\nmode: background", "host.log.info(event.domain.name);");
      host.handler("20-soon", "on: [qemu/started]", "host.log.info(event.name);");
    },
    calls: [STARTED],
    options,
    records: 2,
  },
  "that changes the XML of a migration": {
    set: (host) =>
      void host.handler("10-a", "on: [qemu/migrate]\nallow: {xml: true}", `host.xml.set("title", "new é");`),
    calls: [["v1", "migrate", "begin", "-"]],
    options,
  },
  "with a config.yaml that is wrong": {
    set: (host) => void host.file("config.yaml", "nonsense: 1\n"),
    calls: [PREPARE, STARTED],
    options,
    fails: /^hookvisor: v1: prepare refused: .*unknown key "nonsense"/,
  },
  "that is kept for replay": {
    set: (host) => {
      host.file("config.yaml", "record: {keep: 5}\n");
      host.handler("10-a", "on: [qemu/prepare]");
    },
    calls: [PREPARE],
    options: { ...options, env: { ...ENVIRONMENT, LIBVIRT_DEBUG: "1", é: "ü" } },
    look: kept,
  },
};

/** Calls that are kept for replay. */
function kept(host: Host): unknown[] {
  const folder = join(host.log, "calls");
  return [...Deno.readDirSync(folder)].map(({ name }) =>
    JSON.parse(Deno.readTextFileSync(join(folder, name)))
  );
}

for (const [what, story] of Object.entries(STORIES)) {
  Deno.test(
    `a restored call ${what} replies and records as one that started plainly`,
    { ignore },
    async () => {
      const { told } = await playBoth(story);
      assert.ok(told.every(({ code }) => code === 0 || code === 1), JSON.stringify(told));
    },
  );
}

Deno.test("a restored call tells of its own environment and caller, not of the checkpoint's", {
  ignore,
}, async () => {
  const { looked, records } = await playBoth({
    ...STORIES["that is kept for replay"]!,
    script: `"$@"; exit $?`,
  });
  const [call] = looked as { environment: string[]; caller: string; xml: string }[];
  assert.ok(call !== undefined && call.environment.includes("LIBVIRT_DEBUG"), call?.environment.join());
  assert.ok(!call.environment.some((name) => /^(HOOKVISOR|GLIBC)/.test(name)), call.environment.join());
  assert.equal(call.caller, "sh");
  assert.equal((records[0] as { caller: string }).caller, "sh");
});

Deno.test("a restored call's time is its own: in its records, for its handlers, and for its deadline", {
  ignore,
}, async () => {
  let found = 0;
  // The checkpoint may be as old as it likes; a second is more than its process had taken to start.
  for (let i = 0; i < 3; i++) {
    const began = Date.now();
    await play({
      set: (host) => {
        host.file("config.yaml", "timeouts: {qemu/prepare: 1500ms}\n");
        host.handler("10-a", "on: [qemu/prepare]", "host.log.info(String(Date.now()));");
        host.handler("20-b", "on: [qemu/prepare]", "for (;;);");
      },
      calls: [PREPARE],
      options,
      look: (host) => {
        const { handlers: [first, second], time, ms, restored } = host.record();
        const ended = Date.now();
        for (const at of [Date.parse(time), Number(first?.calls[0]?.what)]) {
          assert.ok(at >= began && at <= ended, `${at} is not from ${began} to ${ended}`);
        }
        assert.equal(second?.outcome, "timeout");
        assert.ok(ms >= 1_000 && ms <= ended - began, `${ms} ms of ${ended - began}`);
        assert.ok(first?.start! > 0 && first?.start! <= second.start! && second.start! <= ms);
        assert.ok(ms - second.start! > 300, `${ms} ms, the last handler from ${second.start}`);
        if (restored) found++;
      },
    }, true);
    if (found > 0) return;
  }
  assert.fail("no call was restored");
});
