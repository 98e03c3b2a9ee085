import { hostImage } from "../debian/root.ts";
import { installPackages } from "../e2e/install.ts";
import { ofSuite, split } from "../e2e/libvirt.ts";
import { type Image, Vm } from "./vm.ts";

const SUITE = "trixie";
/** What makes the host's disks here, and compiles the policy module for it. */
const OWN_PACKAGES = ["e2fsprogs", "qemu-utils", "selinux-policy-dev"];
/** What the checks need on the host beside libvirt. */
const PACKAGES = ["dbus-user-session", "libpam-systemd", "nftables", "systemd-container"];

/** The image of the host: made once, and booted once, so that caches that a first boot fills are in it. */
export async function image(): Promise<Image> {
  await installPackages(OWN_PACKAGES);
  const libvirt = await ofSuite(SUITE);
  const parts = await split(SUITE, libvirt);
  const root = libvirt.layers[0]!;
  const folder = await hostImage(SUITE, root, parts.layers[0]!, PACKAGES);
  const booted = `${folder}/booted`;
  if (await Deno.stat(booted).then(() => true, () => false)) return { folder, root };
  console.log("booting the host for the first time");
  const vm = await Vm.start({ folder, root }, { keep: true });
  try {
    await vm.up();
    // When the boot is over and libvirtd answers, they write no new directory any more.
    await vm.must("systemctl is-system-running --wait > /dev/null || :; virsh -q list");
    // The new journal is there before the labels are given: a removed one would be replaced after that.
    await vm.must("journalctl -q --rotate && journalctl -q --vacuum-time=1s");
    // SELinux was not in use, so what was written has no labels yet.
    await vm.must("setfiles -F /etc/selinux/default/contexts/files/file_contexts / && sync");
    await vm.powerOff();
  } finally {
    await vm.end();
  }
  await Deno.writeTextFile(booted, "");
  return { folder, root };
}
