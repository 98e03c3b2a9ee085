import assert from "node:assert/strict";
import type { Bench } from "../bench.ts";
import { LOG_HANDLER, summarise } from "../calls.ts";
import { guest } from "../guests.ts";
import { handler } from "../handlers.ts";
import { PATH } from "../machine.ts";

const ENV = { LC_ALL: "C", PATH };

/** Each driver's operations in the order of a guest's life, with the sub-operation, from libvirt's docs/hooks.rst. */
const LIVES: Record<string, string[]> = {
  libxl: [
    "migrate begin",
    "prepare begin",
    "start begin",
    "started begin",
    "reconnect begin",
    "stopped end",
    "release end",
  ],
  bhyve: ["prepare begin", "start begin", "started begin", "stopped end", "release end"],
};

/** Xen and bhyve do not run here: the links are called with libvirt's arguments, environment and input. */
export async function recorded(bench: Bench): Promise<void> {
  const rig = await bench.rig("rig-x", {
    starts: "plain",
    idle: true,
    hooks: { libxl: "link", bhyve: "link" },
  });
  for (const [driver, operations] of Object.entries(LIVES)) {
    const xml = guest("v1").replace("'qemu'", driver === "libxl" ? "'xen'" : "'bhyve'");
    const call = (words: string) => {
      const argv = [`/etc/libvirt/hooks/${driver}`, "v1", ...words.split(" "), "-"];
      return rig.run(argv, { env: ENV, stdin: xml });
    };

    await bench.check(`${driver}: ${operations.length} operations, recorded form`, async () => {
      await rig.handlers({ "00-calls": LOG_HANDLER });
      for (const words of operations) {
        const { code, stdout, stderr } = await call(words);
        assert.deepEqual({ words, code, stdout, stderr }, { words, code: 0, stdout: "", stderr: "" });
      }
      const seen = (await rig.calls()).filter((c) => c.driver === driver);
      assert.deepEqual(summarise(seen), [
        `${driver} v1: ${operations.map((o) => o.split(" ")[0]).join(" ")}`,
      ]);
    });

    await bench.check(`${driver}: prepare is aborted with one line, recorded form`, async () => {
      await rig.handlers({ "20-x": handler({ on: `${driver}/prepare`, body: 'host.fail("no room");' }) });
      const { code, stdout, stderr } = await call("prepare begin");
      assert.deepEqual({ code, stdout, stderr }, {
        code: 1,
        stdout: "",
        stderr: "hookvisor: v1: prepare refused by 20-x: no room\n",
      });
    });
  }
}
