import { bootDisk, type Code } from "./boot_sector.ts";
import type { Rig } from "./rig.ts";

/** A guest of QEMU's that boots from a sector of the test's own. */
export interface BootingGuest {
  name: string;
  /** What its boot sector does after a second. */
  code?: Code[];
  devices?: string;
  top?: string;
  /** Instead of 32 MiB. */
  memory?: string;
  balloon?: string;
}

export const PANIC = "<panic model='isa'/>";
export const SECTORS_OF_A_SMALL_DISK = 2048;
export const images = "/var/lib/libvirt/images";
/** Where `writeGuest` leaves a guest's XML. */
export const GUEST = "/run/guest.xml";

/** A transient guest. */
export async function startGuest(rig: Rig, guest: BootingGuest): Promise<void> {
  await writeGuest(rig, guest);
  await rig.must("create", GUEST);
}

/** Makes its disk, and writes its XML. */
export async function writeGuest(
  rig: Rig,
  {
    name,
    code = [],
    devices = "",
    top = "",
    memory = "<memory unit='MiB'>32</memory>",
    balloon = "<memballoon model='none'/>",
  }: BootingGuest,
): Promise<void> {
  const escape = (text: string) => text.replace(/[&<'"]/g, (c) => `&#${c.charCodeAt(0)};`);
  const image = `${fileOf(name)}.img`;
  await Deno.writeFile(rig.path(image), bootDisk(...code));
  await rig.write(
    GUEST,
    `<domain type='qemu'>
  <name>${escape(name)}</name>
  ${memory}
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <features><acpi/></features>
  <pm><suspend-to-mem enabled='yes'/><suspend-to-disk enabled='yes'/></pm>
  ${top}
  <devices>${disk("hda", image)}${devices}<serial type='file'><source path='${
      serialOf(name)
    }'/></serial>${balloon}</devices>
</domain>
`,
  );
}

function fileOf(name: string): string {
  return `${images}/${name.replace(/[^a-z0-9-]/g, "_")}`;
}

/** What the guest writes on its serial port. */
export function serialOf(name: string): string {
  return `${fileOf(name)}.serial`;
}

/** A raw disk's XML; `driver` are more attributes of that element. */
export function disk(target: string, file: string, driver = ""): string {
  return `<disk type='file' device='disk'><driver name='qemu' type='raw' ${driver}/><source file='${file}'/>` +
    `<target dev='${target}' bus='ide'/></disk>`;
}

/** An empty image of a small disk. */
export async function sparse(rig: Rig, path: string): Promise<void> {
  await Deno.writeFile(rig.path(path), new Uint8Array());
  await Deno.truncate(rig.path(path), SECTORS_OF_A_SMALL_DISK * 512);
}
