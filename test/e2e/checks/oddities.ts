import assert from "node:assert/strict";
import type { Bench } from "../bench.ts";
import { LOG_HANDLER, matches, summarise } from "../calls.ts";
import { container, guest } from "../guests.ts";
import { handler, MAY_NOTE, NOTES } from "../handlers.ts";
import { PATH } from "../machine.ts";
import type { Rig } from "../rig.ts";
import { readEvents } from "./events.ts";

const NAMES = ["--help", "a b;$(id) 'q' é", '`id`|<&>"\\*'];

/** What libvirt's contract says is odd. */
export async function oddities(bench: Bench): Promise<void> {
  const rig = await bench.rig("rig-o", { starts: "plain", env: { PATH } });
  await teardownTwice(bench, rig);
  for (const name of NAMES) await oddName(bench, rig, name);
  await environment(bench, rig);
}

async function teardownTwice(bench: Bench, rig: Rig): Promise<void> {
  await bench.check(
    "lxc: ten destroys, with stopped and release called once or twice each: none fails",
    async () => {
      await rig.write("/run/c1.xml", container("c1"));
      await rig.mustLxc("define", "/run/c1.xml");
      await rig.handlers({ "00-calls": LOG_HANDLER });
      for (let i = 0; i < 10; i++) {
        await rig.mustLxc("start", "c1");
        await rig.mustLxc("destroy", "c1");
      }
      await rig.until("the last release", async () => {
        return (await rig.calls()).filter((call) => call.operation === "release").length >= 10;
      });
      await new Promise((wake) => setTimeout(wake, 500));
      const calls = await rig.calls();
      const count = (operation: string) => calls.filter((call) => call.operation === operation).length;
      bench.report.note(`10 destroys: stopped ${count("stopped")} times, release ${count("release")} times`);
      const events = await readEvents(rig);
      assert.equal(events.filter((event) => event.driver === "lxc").length, calls.length);
      assert.deepEqual(events.filter((event) => event.exitCode !== 0 || event.verdict !== "success"), []);
      assert.deepEqual(await rig.hookFailures(), []);
    },
  );
}

async function oddName(bench: Bench, rig: Rig, name: string): Promise<void> {
  await bench.check(
    `a guest named ${name}: the name arrives as it is, in handlers and their commands`,
    async () => {
      const echo = handler({
        on: "qemu/prepare",
        allow: ["exec: ['printf %s ...']", MAY_NOTE],
        body: `const { stdout } = await host.exec("printf", ["%s", event.name]);
  await host.fs.write("${NOTES}/printed", stdout);`,
      });
      await rig.handlers({ "00-calls": LOG_HANDLER, "10-echo": echo });
      const before = (await rig.calls()).length;
      await rig.write("/run/odd.xml", guest(name));
      await rig.must("create", "/run/odd.xml");
      await rig.must("destroy", "--domain", (await rig.must("list", "--uuid")).trim());
      await rig.until("release", async () => (await rig.calls()).length >= before + 5);
      const seen = summarise((await rig.calls()).slice(before));
      assert.ok(
        matches(seen, [`qemu ${name}: prepare start started stopped release=destroyed`]),
        seen.join(),
      );
      assert.equal(await rig.read(`${NOTES}/printed`), name);
    },
  );
}

/** Two daemons, one with the environment systemd gives it, one with everything libvirt would pass on. */
async function environment(bench: Bench, bare: Rig): Promise<void> {
  const rich = await bench.rig("rig-e", {
    env: {
      PATH,
      HOME: "/nonexistent",
      USER: "somebody",
      LOGNAME: "somebody",
      TMPDIR: "/nonexistent",
      LD_LIBRARY_PATH: "/nonexistent",
      SECRET: "hunter2",
    },
  });
  await bench.check(
    "commands get a clean environment, the same with and without HOME and USER in libvirt's",
    async () => {
      const seen: string[][] = [];
      for (const rig of [bare, rich]) {
        await rig.handlers({
          "10-env": handler({
            on: "qemu/prepare",
            allow: ["exec: [env]", MAY_NOTE],
            body: `await host.fs.write("${NOTES}/environ", (await host.exec("env", [])).stdout);`,
          }),
        });
        await rig.write("/run/e1.xml", guest("e1"));
        await rig.must("create", "/run/e1.xml");
        await rig.must("destroy", "e1");
        seen.push((await rig.read(`${NOTES}/environ`)).trim().split("\n").sort());
      }
      bench.report.note(`a command's environment: ${seen[0]!.join(" ")}`);
      assert.deepEqual(seen[0], seen[1]);
      const names = seen[0]!.map((line) => line.split("=")[0]!);
      assert.deepEqual(names.filter((name) => !["PATH", "LANG", "LC_ALL"].includes(name)), []);
    },
  );
}
