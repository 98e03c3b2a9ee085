import { findOperation } from "../protocol/operations.ts";

/**
 * A UUID derived from a name, always the same for the same name: the first 128 bits of its SHA-256, marked as
 * version 8 (RFC 9562).
 */
export async function sampleUuid(name: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(name)));
  digest[6] = (digest[6]! & 0x0f) | 0x80;
  digest[8] = (digest[8]! & 0x3f) | 0x80;
  const hex = [...digest.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** What libvirt would write to standard input for a small guest or network that uses nothing of this host. */
export async function sampleXml(
  driver: string,
  operation: string,
  name: string,
  owner: string,
): Promise<string> {
  if (driver === "daemon") return "";
  if (driver === "network") return await networkXml(operation, name, owner);
  return await domainXml(driver, operation, name);
}

async function domainXml(driver: string, operation: string, name: string): Promise<string> {
  const type = { qemu: "kvm", lxc: "lxc", libxl: "xen", bhyve: "bhyve" }[driver] ?? driver;
  const isEvent = findOperation(driver, operation)?.event !== undefined;
  const runs = isEvent || ["started", "reconnect", "attach", "migrate"].includes(operation);
  const os = driver === "lxc"
    ? `<type arch='x86_64'>exe</type>
    <init>/sbin/init</init>`
    : `<type arch='x86_64' machine='q35'>hvm</type>`;
  return `<domain type='${type}'${runs ? " id='1'" : ""}>
  <name>${escape(name)}</name>
  <uuid>${await sampleUuid(name)}</uuid>
  <description>A sample made by hookvisor run</description>
  <memory unit='KiB'>1048576</memory>
  <currentMemory unit='KiB'>1048576</currentMemory>
  <vcpu placement='static'>2</vcpu>
  <os>
    ${os}
  </os>
  <clock offset='utc'/>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='/var/lib/libvirt/images/sample.qcow2'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <interface type='network'>
      <mac address='52:54:00:00:00:01'/>
      <source network='default'/>
      <model type='virtio'/>
    </interface>
  </devices>
</domain>
`;
}

async function networkXml(operation: string, name: string, owner: string): Promise<string> {
  const port = operation.startsWith("port-")
    ? `
  <networkport>
    <uuid>${await sampleUuid(`port of ${owner}`)}</uuid>
    <owner>
      <name>${escape(owner)}</name>
      <uuid>${await sampleUuid(owner)}</uuid>
    </owner>
    <mac address='52:54:00:00:00:01'/>
    <plug type='network' bridge='virbr0'/>
  </networkport>`
    : "";
  return `<hookData>
  <network>
    <name>${escape(name)}</name>
    <uuid>${await sampleUuid(name)}</uuid>
    <forward mode='nat'/>
    <bridge name='virbr0' stp='on' delay='0'/>
    <ip address='192.0.2.1' netmask='255.255.255.0'>
      <dhcp>
        <range start='192.0.2.2' end='192.0.2.254'/>
      </dhcp>
    </ip>
  </network>${port}
</hookData>
`;
}

/** Characters that XML cannot hold are left out: libvirt refuses names with them. */
function escape(text: string): string {
  return text.replace(/[&<>'"]/g, (c) => `&#${c.charCodeAt(0)};`).replace(/[^\t\n\r\P{Cc}]/gu, "");
}
