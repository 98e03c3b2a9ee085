import assert from "node:assert/strict";
import { LOG_HANDLER } from "../../e2e/calls.ts";
import { handler } from "../../e2e/handlers.ts";
import type { Bench } from "../bench.ts";
import { type Host, NOTES } from "../host.ts";
import { defineLife, playLife } from "../play.ts";

const DROP_IN = "/run/systemd/system/libvirtd.service.d";

/**
 * Limits that a unit of libvirt's may have. The third is stricter than any that libvirt ships, which names no file system
 * yet; libvirt itself writes guests' profiles for AppArmor.
 */
const LIMITS = [
  ["those of Debian's unit", ""],
  ["TasksMax=64, LimitNOFILE=1024, LimitNPROC=64", "TasksMax=64\nLimitNOFILE=1024\nLimitNPROC=64"],
  [
    "ProtectSystem=full, ProtectHome, PrivateTmp",
    "ProtectSystem=full\nProtectHome=yes\nPrivateTmp=yes\nReadWritePaths=/etc/libvirt /etc/apparmor.d/libvirt",
  ],
] as const;

/** The limits of the daemon's unit, which its hooks have too, do not stop a call. */
export async function units(bench: Bench, host: Host): Promise<void> {
  await host.handlers({
    "00-calls": LOG_HANDLER.replaceAll("/var/log/hookvisor/e2e", NOTES),
    "10-undo": handler({
      on: "qemu/prepare",
      allow: ["write: [/proc/sys/vm/swappiness]"],
      body: 'await host.fs.set("/proc/sys/vm/swappiness", "20");',
    }),
  });
  await defineLife(host);
  for (const [name, lines] of LIMITS) {
    await bench.check(`libvirtd's unit with ${name}`, async () => {
      await host.vm.file(`${DROP_IN}/limits.conf`, `[Service]\n${lines}\n`);
      await host.vm.must("systemctl daemon-reload && systemctl restart libvirtd");
      for (const way of ["true", "false"]) {
        await host.vm.file("/etc/hookvisor/config.yaml", `checkpoint: ${way}\n`);
        await host.vm.must(`hookvisor checkpoint ${way === "true" ? "" : "--remove"}`);
        const calls = await playLife(host);
        if (way === "true") assert.ok(calls.some(({ restored }) => restored), "no call was restored");
      }
    });
  }
  await host.vm.must(
    `rm -r ${DROP_IN} /etc/hookvisor/config.yaml; systemctl daemon-reload; systemctl restart libvirtd`,
  );
}
