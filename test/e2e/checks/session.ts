import assert from "node:assert/strict";
import type { Bench } from "../bench.ts";
import { guest } from "../guests.ts";
import { handler } from "../handlers.ts";
import type { Ended } from "../machine.ts";
import type { Rig } from "../rig.ts";

const UID = 65534;
const HOME = `/run/user/${UID}`;
const ENV = { HOME, XDG_RUNTIME_DIR: HOME, PATH: "/usr/sbin:/usr/bin", LC_ALL: "C" };
const AS_USER = ["setpriv", `--reuid=${UID}`, `--regid=${UID}`, "--clear-groups"];

// Shows that this daemon does run the system's hooks, and as whom.
const WITNESS = `#!/bin/bash
cat > /dev/null
echo "$(id -u) $2" >> ${HOME}/witness
`;

/** A daemon of a user's own runs the system's hooks as that user; hookvisor must not stand in its way. */
export async function session(bench: Bench): Promise<void> {
  const rig = await bench.rig("rig-u", {
    idle: true,
    hooks: { "qemu.d/10-witness": WITNESS, "qemu.d/50-hookvisor": "link" },
  });
  await startUserDaemon(rig);
  await rig.handlers({ "20-x": handler({ on: "qemu/*", body: 'host.fail("not for users");' }) });
  const handlers = rig.path("/etc/hookvisor/handlers");

  await bench.check(
    "handlers in a directory the user may not enter: the guest starts, no error",
    async () => {
      await Deno.chmod(handlers, 0o700);
      await startsAndStops(rig);
    },
  );
  await bench.check("handlers the user may not read: the guest starts, no error", async () => {
    await Deno.chmod(handlers, 0o755);
    await Deno.chmod(`${handlers}/20-x.js`, 0o600);
    await startsAndStops(rig);
  });
  await bench.check(
    "a configuration directory the user may not enter: the guest starts, no error",
    async () => {
      await Deno.chmod(rig.path("/etc/hookvisor"), 0o700);
      await startsAndStops(rig);
    },
  );
  await bench.check(
    "a handler the user may read that needs root's permissions fails, the guest starts; host.fail still aborts",
    async () => {
      await Deno.chmod(rig.path("/etc/hookvisor"), 0o755);
      const body = 'await host.fs.append("/var/log/hookvisor/e2e", "x");';
      await rig.handlers({
        "20-x": handler({ on: "qemu/*", allow: ["write: [/var/log/hookvisor/e2e]"], body }),
      });
      await startsAndStops(rig);
      await rig.handlers({ "20-x": handler({ on: "qemu/prepare", body: 'host.fail("no guests today");' }) });
      const { code, stderr } = await virsh(rig, "create", `${HOME}/v1.xml`);
      assert.equal(code, 1);
      assert.match(stderr, /v1: prepare refused by 20-x: no guests today/);
    },
  );
  await bench.check("a user's own hookvisor watch runs handlers for that user's guests", async () => {
    const seen = `${HOME}/seen`;
    const body =
      `await host.fs.append("${seen}", \`\${event.name} \${event.operation} \${event.domain.name}\\n\`);`;
    await rig.handlers({ "20-x": handler({ on: "qemu/paused", allow: [`write: [${seen}]`], body }) });
    const env = Object.entries(ENV).map(([name, value]) => `${name}=${value}`).join(" ");
    await rig.background(`exec ${AS_USER.join(" ")} env -i ${env} hookvisor watch 2> ${HOME}/watch.log`);
    const connected = async () =>
      (await rig.read(`${HOME}/watch.log`)).includes("qemu:///session: connected");
    await rig.until("the user's watch is connected", connected);
    for (const args of [["create", `${HOME}/v1.xml`], ["suspend", "v1"]]) {
      const { code, stderr } = await virsh(rig, ...args);
      assert.deepEqual({ args, code, stderr }, { args, code: 0, stderr: "" });
    }
    await rig.until("its handler ran", async () => (await rig.read(seen)) !== "");
    assert.equal(await rig.read(seen), "v1 paused v1\n");
    assert.equal((await Deno.stat(rig.path(seen))).uid, UID);
    await virsh(rig, "destroy", "v1");
  });
}

async function startUserDaemon(rig: Rig): Promise<void> {
  const config = `${HOME}/.config/libvirt`;
  await Deno.mkdir(rig.path(config), { recursive: true });
  await rig.write(`${config}/qemu.conf`, 'stdio_handler = "file"\nsecurity_driver = "none"\n');
  const daemon = rig.qemuDaemon;
  const log = `/var/log/libvirt/${daemon}.log`;
  await rig.write(`${config}/${daemon}.conf`, `log_outputs = "3:file:${log}"\n`);
  await rig.write(`${HOME}/v1.xml`, guest("v1"));
  await rig.write(log, "");
  await rig.run(["chown", "-R", `${UID}:${UID}`, HOME, log]);
  const env = Object.entries(ENV).map(([name, value]) => `${name}=${value}`).join(" ");
  await rig.background(`${AS_USER.join(" ")} env -i ${env} ${daemon} > ${HOME}/${daemon}.out 2>&1`);
  // Before the socket is there virsh would start a daemon of its own.
  const socket = `${HOME}/libvirt/${daemon === "libvirtd" ? "libvirt" : daemon}-sock`;
  await rig.until("the user's daemon is up", () => rig.exists(socket));
  await rig.until("the user's daemon answers", async () => (await virsh(rig, "uri")).code === 0);
}

function virsh(rig: Rig, ...args: string[]): Promise<Ended> {
  return rig.run([...AS_USER, "virsh", "-q", "-c", "qemu:///session", ...args], { env: ENV });
}

async function startsAndStops(rig: Rig): Promise<void> {
  await Deno.remove(rig.path(`${HOME}/witness`)).catch(() => {});
  const failures = (await rig.hookFailures()).length;
  for (const args of [["create", `${HOME}/v1.xml`], ["destroy", "v1"]]) {
    const { code, stderr } = await virsh(rig, ...args);
    assert.deepEqual({ args, code, stderr }, { args, code: 0, stderr: "" });
  }
  const witness = async () => await rig.read(`${HOME}/witness`);
  await rig.until("the hooks ran as the user", async () => (await witness()).includes(`${UID} release`));
  assert.match(await witness(), new RegExp(`^${UID} prepare\n${UID} start\n`));
  assert.deepEqual((await rig.hookFailures()).slice(failures), []);
}
