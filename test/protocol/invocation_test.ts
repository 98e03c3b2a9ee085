import assert from "node:assert/strict";
import { hookDriver } from "../../src/protocol/invocation.ts";

Deno.test("hookDriver() tells the driver by the link's name or its .d directory, else an admin's call", () => {
  const table: [argv0: string, driver: string | undefined][] = [
    ["/etc/libvirt/hooks/qemu", "qemu"],
    ["/etc/libvirt/hooks/daemon", "daemon"],
    ["/etc/libvirt/hooks/lxc", "lxc"],
    ["/etc/libvirt/hooks/libxl", "libxl"],
    ["/etc/libvirt/hooks/network", "network"],
    ["/etc/libvirt/hooks/bhyve", "bhyve"],
    ["/var/lib/libvirt/hooks/qemu", "qemu"],
    ["qemu", "qemu"],
    ["./qemu", "qemu"],
    ["/etc/libvirt/hooks/qemu.d/50-hookvisor", "qemu"],
    ["/etc/libvirt/hooks/network.d/link", "network"],
    ["/etc/libvirt/hooks/qemu.d/.hidden", "qemu"],
    ["/etc/libvirt/hooks/qemu.d/hookvisor", "qemu"],
    ["/usr/bin/hookvisor", undefined],
    ["hookvisor", undefined],
    ["", undefined],
    ["/", undefined],
    ["/etc/libvirt/hooks/qemu/", undefined],
    ["/etc/libvirt/hooks/QEMU", undefined],
    ["/etc/libvirt/hooks/qemu.sh", undefined],
    ["/etc/libvirt/hooks/vmware.d/x", undefined],
    ["/etc/libvirt/hooks/qemu.d/sub/x", undefined],
    ["/etc/libvirt/hooks/.d/x", undefined],
    ["/opt/constructor", undefined],
    ["/opt/__proto__.d/x", undefined],
  ];
  for (const [argv0, driver] of table) assert.equal(hookDriver(argv0), driver, argv0);
});

Deno.test("hookDriver() goes by the directory where a link in .d is named as another driver", () => {
  assert.equal(hookDriver("/etc/libvirt/hooks/qemu.d/network"), "qemu");
  assert.equal(hookDriver("/etc/libvirt/hooks/lxc.d/qemu"), "lxc");
});
