/** Small guests, containers and networks: nothing on disk, up in a moment. */

/** Escapes a name for XML. */
function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("'", "&apos;");
}

/** A guest under emulation, 32 MiB, no disk; `devices` is more XML for its devices. */
export function guest(name: string, devices = ""): string {
  return `<domain type='qemu'>
  <name>${escape(name)}</name>
  <memory unit='MiB'>32</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <features><acpi/></features>
  <devices>${devices}<serial type='null'/><memballoon model='none'/></devices>
</domain>
`;
}

/** A container that sleeps, on the rig's own files. */
export function container(name: string, devices = ""): string {
  return `<domain type='lxc'>
  <name>${escape(name)}</name>
  <memory unit='MiB'>64</memory>
  <vcpu>1</vcpu>
  <os><type>exe</type><init>/bin/sleep</init><initarg>600</initarg></os>
  <devices><console type='pty'/>${devices}</devices>
</domain>
`;
}

/** An isolated network with addresses from 192.168.71.0/24. */
export function network(name: string, bridge: string): string {
  return `<network>
  <name>${escape(name)}</name>
  <bridge name='${bridge}'/>
  <ip address='192.168.71.1' netmask='255.255.255.0'><dhcp><range start='192.168.71.10' end='192.168.71.99'/></dhcp></ip>
</network>
`;
}

/** A guest's interface on a network. */
export function nic(on: string): string {
  return `<interface type='network'><source network='${escape(on)}'/><model type='e1000'/></interface>`;
}
