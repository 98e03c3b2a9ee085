/** A guest's firmware: whatever its processor reads first, it halts. One that looks for a disk keeps the host busy. */
const HALT = "/var/lib/libvirt/boot/halt.rom";
/** Puts that firmware on the host: 64 KiB of `hlt`. */
export const MAKE_HALT =
  `mkdir -p /var/lib/libvirt/boot && restorecon /var/lib/libvirt/boot && head --bytes=65536 /dev/zero | tr '\\0' '\\364' > ${HALT}`;

/** Guests for a processor that is itself emulated: 16 MiB, no disk, nothing to do. `devices` is more XML. */
export function guest(name: string, devices = "", more = ""): string {
  return `<domain type='qemu'>
  <name>${name}</name>
  <memory unit='MiB'>16</memory>
  <vcpu>1</vcpu>${more}
  <os><type arch='x86_64' machine='pc'>hvm</type><loader type='rom'>${HALT}</loader></os>
  <devices>${devices}<serial type='null'/><memballoon model='none'/></devices>
</domain>
`;
}
