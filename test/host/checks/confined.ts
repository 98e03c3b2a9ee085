import assert from "node:assert/strict";
import { LOG_HANDLER } from "../../e2e/calls.ts";
import { handler } from "../../e2e/handlers.ts";
import type { Bench } from "../bench.ts";
import { type Calls, CONFIG, domainOf, type Host, NOTES, type Security } from "../host.ts";
import { defineLife, playLife } from "../play.ts";

/** A handler that uses what a policy could deny: a program, a file, the kernel's settings. */
const USES_ALL = handler({
  on: "*/*",
  allow: ["exec: [uname -r]", `write: [${NOTES}/**, /proc/sys/vm/swappiness]`],
  body: `const { stdout } = await host.exec("uname", ["-r"]);
  await host.fs.append("${NOTES}/seen", \`\${event.driver} \${event.operation} \${stdout}\`);
  if (event.operation === "prepare") await host.fs.set("/proc/sys/vm/swappiness", "10");`,
});

const DOMAINS = `${NOTES}/domains`;
/** A handler that writes down what confines it. */
export const SAYS_DOMAIN = handler({
  on: "*/*",
  allow: ["exec: [cat /proc/self/attr/current]", `write: [${DOMAINS}]`],
  body: `const { stdout } = await host.exec("cat", ["/proc/self/attr/current"]);
  await host.fs.append("${DOMAINS}", \`\${stdout.split(/[\\n\\0]/)[0]}\\n\`);`,
});

const SPLIT = ["virtnetworkd", "virtqemud", "virtproxyd"];
/** What confines the daemons, and the hooks that they run. */
const CONFINED: Record<Security, Record<"libvirtd" | "virtqemud" | "virtnetworkd" | "hook", string>> = {
  apparmor: {
    libvirtd: "libvirtd (enforce)",
    virtqemud: "virtqemud (enforce)",
    virtnetworkd: "unconfined",
    hook: "unconfined",
  },
  selinux: { libvirtd: "virtd_t", virtqemud: "virtd_t", virtnetworkd: "virtd_t", hook: "hookvisor_t" },
};
/** What a daemon that was copied to its place needs before it is started. */
const INTRODUCE: Record<Security, string> = {
  apparmor: "apparmor_parser --replace /etc/apparmor.d/usr.sbin.virtqemud",
  // Debian's policy has no domain for split daemons; that of RHEL 9 has this one.
  selinux: `restorecon -R /usr/lib/systemd /etc
      chcon -t virtd_exec_t ${SPLIT.map((name) => `/usr/sbin/${name}`).join(" ")}`,
};

/** Hook calls from libvirtd, then from split daemons, as they are confined: plain ones and restored ones. */
export async function confined(bench: Bench, host: Host): Promise<void> {
  await host.handlers({
    "00-calls": LOG_HANDLER.replaceAll("/var/log/hookvisor/e2e", NOTES),
    "10-all": USES_ALL,
    "20-domain": SAYS_DOMAIN,
  });
  const expected = CONFINED[host.security];
  await defineLife(host);
  await bench.check(`libvirtd's confinement: ${expected.libvirtd}`, async () => {
    assert.equal(await host.confinement("libvirtd"), expected.libvirtd);
  });
  await bothWays(bench, host, "libvirtd");
  await bench.check(`virtqemud's confinement, in libvirtd's place: ${expected.virtqemud}`, async () => {
    await host.vm.must(`set -e
      systemctl -q disable --now libvirtd.service libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket
      cp -r /opt/split/. /
      ${INTRODUCE[host.security]}
      systemctl daemon-reload
      for daemon in ${SPLIT.join(" ")}; do systemctl start $daemon.socket; done
      virsh -q -c qemu:///system list`);
    assert.equal(await host.confinement("virtqemud"), expected.virtqemud);
    assert.equal((await host.vm.run("pidof libvirtd")).code, 1, "libvirtd runs beside it");
  });
  await bothWays(bench, host, "virtqemud and virtnetworkd");
  await bench.check(`virtnetworkd's confinement: ${expected.virtnetworkd}`, async () => {
    assert.equal(await host.confinement("virtnetworkd"), expected.virtnetworkd);
  });
  await bench.check("and back to libvirtd", async () => {
    await host.vm.must(`set -e
      for daemon in ${SPLIT.join(" ")}; do
        systemctl stop $daemon.socket $daemon-ro.socket $daemon-admin.socket $daemon.service
      done
      systemctl -q enable --now libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket libvirtd.service
      virsh -q -c qemu:///system list`);
  });
}

async function bothWays(bench: Bench, host: Host, daemon: string): Promise<void> {
  const swappiness = (await host.vm.must("cat /proc/sys/vm/swappiness")).trim();
  for (const way of ["plain", "restored"] as const) {
    await bench.check(`${daemon}: a network's and a guest's life, ${way}`, async () => {
      await host.vm.file(CONFIG, `checkpoint: ${way === "restored"}\n`);
      await host.vm.must(`hookvisor checkpoint ${way === "restored" ? "" : "--remove"}`);
      const calls = await lifeIn(host, CONFINED[host.security].hook);
      const restored = calls.filter((call) => call.restored).length;
      const ms = calls.map((call) => call.ms).sort((a, b) => a - b);
      bench.report.note(
        `${calls.length} calls, ${restored} restored; ${ms[0]} to ${ms.at(-1)} ms, usually ${
          ms[ms.length >> 1]
        } ms`,
      );
      // A process's own memory may be in the way of the checkpoint's, seldom.
      if (way === "restored") {
        assert.ok(restored >= calls.length - 2, `only ${restored} of ${calls.length} were restored`);
      } else assert.equal(restored, 0);
      assert.equal((await host.vm.must("cat /proc/sys/vm/swappiness")).trim(), swappiness);
    });
  }
  await bench.check(`${daemon}: nothing was denied`, async () => {
    assert.deepEqual(await host.denials(), []);
  });
}

/** A network's and a guest's life, every call of which is confined so. Needs SAYS_DOMAIN. */
export async function lifeIn(host: Host, domain: string): Promise<Calls> {
  await host.vm.must(`rm -f ${DOMAINS}`);
  const calls = await playLife(host);
  const domains = (await host.vm.must(`cat ${DOMAINS}`)).trim().split("\n").map(domainOf);
  assert.deepEqual(domains, calls.map(() => domain));
  return calls;
}
