import assert from "node:assert/strict";
import { type Hook, isSeen } from "../../src/cli/hook_links.ts";
import { hooksDirectory, runsDirectories } from "../../src/cli/libvirt_host.ts";

function hook(changedMs: number, isRun = true): Hook {
  return {
    driver: "qemu",
    path: "/etc/libvirt/hooks/qemu",
    isOurs: true,
    leadsHere: true,
    isCopy: false,
    isDangling: false,
    isRun,
    changedMs,
  };
}

Deno.test("isSeen() is yes only when something that runs was there before the daemon started", () => {
  const daemon = { startedMs: 1_000_000 };
  assert.equal(isSeen(daemon, []), "unknown");
  assert.equal(isSeen(daemon, [hook(900_000)]), "yes");
  assert.equal(isSeen(daemon, [hook(1_100_000)]), "no");
  assert.equal(isSeen(daemon, [hook(900_000, false), hook(1_100_000)]), "no");
  assert.equal(isSeen(daemon, [hook(900_000, false)]), "unknown");
  assert.equal(isSeen(daemon, [hook(900_000), hook(1_100_000)]), "yes");
});

Deno.test("runsDirectories() is true from libvirt 6.5.0 on", () => {
  for (const version of ["6.5.0", "6.10.0", "7.0.0", "12.8.0"]) {
    assert.equal(runsDirectories(version), true, version);
  }
  for (const version of ["6.4.9", "5.10.0", "0.9.13"]) assert.equal(runsDirectories(version), false, version);
});

Deno.test("hooksDirectory() follows the daemon's program", () => {
  assert.equal(hooksDirectory("/usr/local/sbin/libvirtd").path, "/usr/local/etc/libvirt/hooks");
  assert.equal(hooksDirectory("/run/current-system/sw/bin/virtqemud").path, "/var/lib/libvirt/hooks");
  assert.equal(hooksDirectory("/nix/store/x-libvirt/sbin/libvirtd").path, "/var/lib/libvirt/hooks");
});
