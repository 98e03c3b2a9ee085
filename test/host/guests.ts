/** Guests for a processor that is itself emulated: 16 MiB, no disk, nothing to boot. `devices` is more XML. */
export function guest(name: string, devices = "", more = ""): string {
  return `<domain type='qemu'>
  <name>${name}</name>
  <memory unit='MiB'>16</memory>
  <vcpu>1</vcpu>${more}
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices>${devices}<serial type='null'/><memballoon model='none'/></devices>
</domain>
`;
}
