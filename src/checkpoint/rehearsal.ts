import type { Directories } from "../site/directories.ts";

/**
 * What a process does before its checkpoint is created: typical hook calls, so that the code for them, the
 * engine's too, is loaded and compiled. No other effect of them is kept.
 */
export interface RehearsedCall {
  driver: string;
  args: readonly string[];
  /** Standard input. */
  xml: string;
}

/** The directories of a rehearsal, below one directory. */
export function rehearsalDirectories(folder: string): Directories {
  return {
    config: `${folder}/config`,
    state: `${folder}/state`,
    log: `${folder}/log`,
    libvirt: `${folder}/libvirt`,
    journald: `${folder}/journald`,
  };
}

/**
 * How often each call is made: after a few rounds, V8 has compiled the code in use and knows the types that
 * occur.
 */
export const ROUNDS = 5;

export const LAST_ROUNDS = 4;

const GUEST = "rehearsal";

/** A typical domain, as libvirt 9.0.0 writes it. */
const DOMAIN = `<domain type='kvm' id='1' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>${GUEST}</name>
  <uuid>2f8a1c66-0d5c-4c1e-9d2b-5f0d3a1b7c90</uuid>
  <title>A &amp; B</title>
  <metadata>
    <app:data xmlns:app="http://example.org/app"><app:note k="v">text</app:note></app:data>
  </metadata>
  <memory unit='KiB'>1048576</memory>
  <currentMemory unit='KiB'>1048576</currentMemory>
  <vcpu placement='static' cpuset='0-1'>2</vcpu>
  <cputune><vcpupin vcpu='0' cpuset='0'/></cputune>
  <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type><boot dev='hd'/></os>
  <features><acpi/><apic/></features>
  <cpu mode='host-passthrough' check='none'/>
  <clock offset='utc'><timer name='rtc' tickpolicy='catchup'/></clock>
  <!-- on_crash is left to the default -->
  <on_poweroff>destroy</on_poweroff>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='/var/lib/libvirt/images/${GUEST}.qcow2' index='1'/>
      <target dev='vda' bus='virtio'/>
      <alias name='virtio-disk0'/>
    </disk>
    <interface type='network'>
      <mac address='52:54:00:12:34:56'/>
      <source network='default' bridge='virbr0'/>
      <target dev='vnet0'/>
      <model type='virtio'/>
    </interface>
    <hostdev mode='subsystem' type='pci' managed='yes'>
      <source><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source>
    </hostdev>
    <graphics type='vnc' port='5900' autoport='yes' listen='127.0.0.1'/>
  </devices>
</domain>
`;

/** The handlers of the rehearsal by their file names. They may run `command`, and read and write `file`. */
export function rehearsedHandlers(command: string, file: string): Record<string, string> {
  return {
    "10-look.js": `// ---
// description: Look at what the call is about
// on: [qemu/prepare, qemu/release]
// options:
//   word: value
// ---
export default function (event, host) {
  const { domain, name, operation } = event;
  if (domain.name !== name) throw new Error("another domain");
  const disks = domain.disks.map((disk) => disk.source?.file);
  // What handlers often do with texts and lists.
  const words = "b=2, a=1;c".split(/[,;]\\s*/).map((word) => word.trim().split("=")).filter(([key]) => key !== "c");
  const sorted = [...new Map(words)].sort(([a], [b]) => a.localeCompare(b)).map(([key, value]) => key.padEnd(4) + value);
  const [, prefix = "", number = "0"] = /^([a-z]+)(\\d*)$/i.exec(name) ?? [];
  const some = new Set(sorted.slice(0, -1)).size + Math.max(parseInt(number, 10), 0) + sorted.indexOf("x");
  if (/^win|-dev$/.test(name) || prefix.replace(/a/g, "b").includes("?") || some > 9) throw new Error("another name");
  host.log.info(\`\${operation} \${name}\`, { memory: domain.memoryKiB, disks, word: host.options.word });
}
`,
    "20-act.js": `// ---
// description: Use what handlers may be allowed to
// on: [qemu/prepare]
// timeout: 5s
// allow:
//   exec: [${command} ${GUEST}]
//   read: [${file}]
//   write: [${file}]
// ---
export default async function (event, host) {
  const text = await host.fs.read("${file}");
  await host.fs.write("${file}", text);
  const { code } = await host.exec("${command}", [event.name]);
  await host.sleep(1);
  await host.lock("rehearsal", () => {});
  try {
    await host.fs.read("/etc/hookvisor/not-allowed");
  } catch (error) {
    host.log.warn(\`\${error.name} \${code}\`);
  }
}
`,
    "30-other.js": `// ---
// description: Is for another guest
// on: [qemu/*]
// guests: [another]
// ---
export default function () {}
`,
    ...Object.fromEntries(Array.from({ length: MANY }, (_, i) => [`${40 + i}-one-of-many.js`, ONE_OF_MANY])),
  };
}

/** So many that calls of many handlers are rehearsed too. */
const MANY = 10;
const ONE_OF_MANY = `// ---
// description: One of many
// on: [qemu/started]
// ---
export default async ({ domain: { devices, ...domain }, name, uuid }, host) => {
  const count = Object.values(domain).reduce((sum, one) => sum + (Array.isArray(one) ? one.length : 1), 0);
  if (!(count > 0) || name !== domain.name || uuid === undefined) throw new Error("not the domain");
  await host.log.info(\`\${name}: \${JSON.stringify([...new Set(Object.keys(domain))]).length}\`);
};
`;

/** The calls of one round. */
export const REHEARSED_CALLS: readonly RehearsedCall[] = [
  { driver: "qemu", args: [GUEST, "prepare", "begin", "-"], xml: DOMAIN },
  { driver: "qemu", args: [GUEST, "started", "begin", "-"], xml: DOMAIN },
  { driver: "network", args: ["default", "started", "begin", "-"], xml: "<hookData/>" },
];
