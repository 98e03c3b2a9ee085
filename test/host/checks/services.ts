import assert from "node:assert/strict";
import { handler } from "../../e2e/handlers.ts";
import type { Bench } from "../bench.ts";
import { guest } from "../guests.ts";
import { CONFIG, type Host } from "../host.ts";
import { wentWell } from "../play.ts";

const WATCH = "hookvisor-watch.service";
const DROP_IN = `/run/systemd/system/${WATCH}.d`;
const SAID = "/tmp/scream";
/** What a user runs beside a guest: it says who it is, and whether the user's session bus answers. */
const SCREAM = `#!/bin/sh
id -un > ${SAID}
busctl --user list > /dev/null && echo has a session bus >> ${SAID}
exec sleep infinity
`;
const USER_UNIT = "[Service]\nExecStart=/usr/bin/scream\n";

/** The service for events, and programs that live as long as a guest, under systemd. */
export async function services(bench: Bench, host: Host): Promise<void> {
  await host.vm.must(`rm -f ${CONFIG}`);
  await host.vm.file("/root/s1.xml", guest("s1"));
  await watch(bench, host);
  await host.vm.file("/usr/bin/scream", SCREAM);
  await host.vm.must(`set -e
    chmod 755 /usr/bin/scream
    useradd --create-home alice
    loginctl enable-linger alice`);
  await host.vm.until("alice has a session bus", "[ -S /run/user/$(id -u alice)/bus ]");
  await companion(bench, host);
  if (isFree(host)) {
    await userService(bench, host);
    await lookingGlass(bench, host);
  }
  await host.handlers({});
}

async function watch(bench: Bench, host: Host): Promise<void> {
  const show = async (property: string) =>
    (await host.vm.must(`systemctl show -P ${property} ${WATCH}`)).trim();
  await host.handlers({
    "10-events": handler({ on: 'qemu/paused", "qemu/resumed', body: "host.log.info(event.reason);" }),
  });
  await bench.check(
    "hookvisor-watch is off until it is enabled; then events reach their handler",
    async () => {
      assert.equal((await host.vm.run(`systemctl is-enabled ${WATCH}`)).stdout.trim(), "disabled");
      assert.match((await host.vm.run("hookvisor doctor")).stdout, /hookvisor watch does not run/);
      // Type=notify: this ends when it is ready.
      await host.vm.must(`virsh -q create /root/s1.xml && systemctl -q enable --now ${WATCH}`);
      assert.deepEqual([await show("ActiveState"), await show("WatchdogUSec")], ["active", "3min"]);
      assert.match((await host.vm.run("hookvisor doctor")).stdout, /hookvisor watch is running/);
      await host.vm.until("it is connected", `journalctl -q -u ${WATCH} | grep -q ": connected"`);
      await host.calls();
      await host.vm.must("virsh -q suspend s1");
      wentWell(await host.callsUntil("qemu/paused", "s1"));
    },
  );
  await bench.check("it outlives a restart of libvirtd, and the next event reaches the handler", async () => {
    const pid = await show("MainPID");
    await host.vm.must("systemctl restart libvirtd && virsh -q resume s1");
    wentWell(await host.callsUntil("qemu/resumed", "s1"));
    assert.deepEqual([await show("MainPID"), await show("NRestarts")], [pid, "0"]);
  });
  await bench.check("its signs of life reach systemd; stopped, it is started anew", async () => {
    await host.vm.file(`${DROP_IN}/watchdog.conf`, "[Service]\nWatchdogSec=20s\n");
    await host.vm.must(`systemctl daemon-reload && systemctl restart ${WATCH} && sleep 45`);
    assert.deepEqual([await show("ActiveState"), await show("NRestarts")], ["active", "0"]);
    await host.vm.must(`kill -STOP $(systemctl show -P MainPID ${WATCH})`);
    await host.vm.until(
      "systemd starts it anew",
      `[ $(systemctl show -P NRestarts ${WATCH}) = 1 ] && systemctl is-active ${WATCH}`,
    );
  });
  await host.vm.must(`virsh -q destroy s1; rm -r ${DROP_IN}
    systemctl daemon-reload && systemctl -q disable --now ${WATCH}`);
  await host.calls();
}

/** Debian's policy for SELinux lets no service send anything on a user's session bus, and no guest map memory in /dev/shm. */
function isFree({ security }: Host): boolean {
  return security === "apparmor";
}

async function companion(bench: Bench, host: Host): Promise<void> {
  const units = "systemctl list-units --plain --no-legend 'hookvisor-scream-*'";
  const begin = async () => {
    await host.vm.must(`rm -f ${SAID}; virsh -q create /root/s1.xml`);
    await host.vm.until("alice's program runs", `grep -q ${isFree(host) ? "bus" : "alice"} ${SAID}`);
    assert.match(await host.vm.must(`cat ${SAID}`), /^alice\n/);
    assert.match(await host.vm.must(units), /active running/);
  };
  const ended = () => host.vm.until("it has ended", `[ -z "$(${units})" ] && ! pgrep -u alice -x sleep`);
  await host.handlers({});
  await host.vm.must("hookvisor new 10-companion --recipe companion");
  await bench.check("companion: a user's program comes with a guest and goes with it", async () => {
    await begin();
    await host.vm.must("virsh -q destroy s1");
    await ended();
  });
  await bench.check("companion: it goes when libvirtd and the guest are killed", async () => {
    await begin();
    await host.vm.must("kill -9 $(pidof libvirtd) $(cat /run/libvirt/qemu/s1.pid)");
    await ended();
    await host.vm.must("virsh -q list");
    assert.match(await host.vm.must("hookvisor undo --list"), /nothing/i);
  });
  await host.calls();
}

async function userService(bench: Bench, host: Host): Promise<void> {
  const active = "systemctl --user -M alice@ is-active scream.service";
  await host.handlers({});
  await host.vm.must("hookvisor new 10-user --recipe user-service");
  await host.vm.file("/etc/systemd/user/scream.service", USER_UNIT);
  await host.vm.must("systemctl --user -M alice@ daemon-reload");
  await bench.check("user-service: a user's own unit starts and stops with a guest", async () => {
    await host.vm.must(`rm -f ${SAID}; virsh -q create /root/s1.xml`);
    wentWell(await host.callsUntil("qemu/started", "s1"));
    await host.vm.until("it runs", `grep -q bus ${SAID} && ${active}`);
    await host.vm.must("virsh -q destroy s1");
    await host.vm.until("it has ended", `! ${active}`);
  });
  await host.calls();
}

async function lookingGlass(bench: Bench, host: Host): Promise<void> {
  const file = "/dev/shm/looking-glass";
  const shmem = "<shmem name='looking-glass'><model type='ivshmem-plain'/><size unit='M'>1</size></shmem>";
  await host.handlers({});
  await host.vm.must("hookvisor new 10-looking --recipe looking-glass");
  await host.vm.file("/root/s2.xml", guest("s2", shmem));
  await bench.check(
    "looking-glass: the memory that QEMU shares is its user's while the guest runs",
    async () => {
      await host.vm.must("virsh -q create /root/s2.xml");
      // The size is what QEMU gave it, so it runs with this file.
      assert.equal((await host.vm.must(`stat -c '%U:%G %a %s' ${file}`)).trim(), "alice:kvm 660 1048576");
      await host.vm.must("virsh -q destroy s2");
      wentWell(await host.callsUntil("qemu/release", "s2"));
      assert.equal((await host.vm.run(`test -e ${file}`)).code, 1);
    },
  );
}
