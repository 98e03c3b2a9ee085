// Longer than other files: the parts of one model, each with its own reader.
import type { DomainCpu, DomainData, DomainOs } from "../../handlers/handler.d.ts";
import { cpuSet, type CpuSetModel, isCpuSet } from "./domain_cpuset.ts";
import { disk, filesystem, graphics, hostdev, networkInterface } from "./domain_devices.ts";
import { elementSize, size } from "./domain_size.ts";
import { type FirstFields, firstFields, type LaterFields, type Readers, readFields } from "./fields.ts";
import { hostPciAddresses } from "./host_devices.ts";
import { metadataNamespaces } from "./metadata_namespaces.ts";
import { listOf, MOST_ENTRIES, textOf, tooMany } from "./model_list.ts";
import type { XmlElement } from "./xml/document.ts";
import { child, childAttribute, childText, compact, decimal, flag } from "./xml/read.ts";

/** {@link DomainData} with its sets of CPUs as written. */
export type DomainModel =
  & Omit<DomainData, "vcpuCpuset" | "cputune" | "memoryBacking" | "numatune">
  & {
    vcpuCpuset?: CpuSetModel;
    cputune: CpuTuneModel;
    memoryBacking: MemoryBackingModel;
    numatune?: { mode?: string; nodeset?: CpuSetModel; placement?: string };
  };

type PinModel = { text: string; cpuset: null };

type CpuTuneModel = Omit<DomainData["cputune"], "pins" | "emulatorPin" | "iothreadPins"> & {
  pins: ({ vcpu: number } & PinModel)[];
  emulatorPin?: CpuSetModel;
  iothreadPins: ({ iothread: number } & PinModel)[];
};

type MemoryBackingModel = Omit<DomainData["memoryBacking"], "hugepages"> & {
  hugepages?: {
    sizeKiB: number;
    size: { value: string; unit: string; KiB: number };
    nodeset?: CpuSetModel;
  }[];
};

const devices = (root: XmlElement) => child(root, "devices");
const vcpu = (root: XmlElement) => child(root, "vcpu");
// libvirt's own default is one.
const vcpus = (root: XmlElement) => decimal(vcpu(root)?.textContent) ?? 1;
const memory = (root: XmlElement, name: string) => elementSize(child(root, name));

/** Every driver's domains. Fields that every domain has are `""` or 0 where the XML lacks them. */
export const DOMAIN_FIELDS: Readers<DomainModel> = {
  type: (root) => root.attribute("type") ?? "",
  id: (root) => decimal(root.attribute("id")),
  name: (root) => textOf(root, "name") ?? "",
  uuid: (root) => textOf(root, "uuid")?.trim() ?? "",
  hwuuid: (root) => textOf(root, "hwuuid")?.trim(),
  title: (root) => textOf(root, "title"),
  description: (root) => textOf(root, "description"),
  genid: (root) => textOf(root, "genid"),
  memoryKiB: (root) => memory(root, "memory")?.KiB ?? 0,
  currentMemoryKiB: (root) => memory(root, "currentMemory")?.KiB ?? memory(root, "memory")?.KiB ?? 0,
  maxMemoryKiB: (root) => memory(root, "maxMemory")?.KiB,
  sizes: (root) =>
    compact({
      memory: memory(root, "memory"),
      currentMemory: memory(root, "currentMemory"),
      maxMemory: memory(root, "maxMemory"),
    }),
  vcpus,
  currentVcpus: (root) => decimal(vcpu(root)?.attribute("current")) ?? vcpus(root),
  vcpuPlacement: (root) => vcpu(root)?.attribute("placement"),
  vcpuCpuset: (root) => cpuSet(vcpu(root)?.attribute("cpuset")),
  iothreads: (root) => decimal(childText(root, "iothreads")),
  iommufd: (root) => iommufd(child(root, "iommufd")),
  os: (root) => domainOs(child(root, "os")),
  bootloader: (root) => textOf(root, "bootloader"),
  cpu: (root) => domainCpu(child(root, "cpu")),
  features: (root) => featuresOf(child(root, "features")),
  emulator: (root) => textOf(devices(root), "emulator"),
  disks: (root) => listOf(devices(root), "disk", disk),
  interfaces: (root) => listOf(devices(root), "interface", networkInterface),
  hostdevs: (root) => listOf(devices(root), "hostdev", hostdev),
  filesystems: (root) => listOf(devices(root), "filesystem", filesystem),
  graphics: (root) => listOf(devices(root), "graphics", graphics),
  hostPciAddresses,
  cputune: (root) => cpuTune(child(root, "cputune")),
  memoryBacking: (root) => memoryBacking(child(root, "memoryBacking")),
  numatune: (root) => numaTune(child(child(root, "numatune"), "memory")),
  metadataNamespaces,
};

const LATER: LaterFields<DomainModel> = {
  vcpuCpuset: "if there",
  os: "always there",
  cpu: "if there",
  features: "always there",
  disks: "always there",
  interfaces: "always there",
  hostdevs: "always there",
  filesystems: "always there",
  graphics: "always there",
  hostPciAddresses: "always there",
  cputune: "always there",
  memoryBacking: "always there",
  numatune: "if there",
  metadataNamespaces: "always there",
};

/** All that handlers see of a `<domain>`, as plain data; handlers/handler.d.ts says where each field comes from. */
export function domainModel(root: XmlElement): DomainModel {
  return readFields(root, DOMAIN_FIELDS);
}

/** The same, as a handler first gets it. */
export function firstOfDomain(root: XmlElement): FirstFields {
  return firstFields(root, DOMAIN_FIELDS, LATER);
}

function iommufd(element: XmlElement | undefined): DomainData["iommufd"] {
  if (element === undefined) return undefined;
  return compact({ enabled: flag(element.attribute("enabled")), fdgroup: element.attribute("fdgroup") });
}

function domainOs(os: XmlElement | undefined): DomainOs {
  const type = child(os, "type");
  const varstore = child(os, "varstore");
  return compact<DomainOs>({
    type: type?.textContent ?? "",
    arch: type?.attribute("arch"),
    machine: type?.attribute("machine"),
    firmware: os?.attribute("firmware"),
    loader: textOf(os, "loader") || undefined,
    nvram: nvram(child(os, "nvram")),
    varstore: varstore === undefined
      ? undefined
      : compact({ path: varstore.attribute("path"), template: varstore.attribute("template") }),
    kernel: textOf(os, "kernel"),
    initrd: textOf(os, "initrd"),
    cmdline: textOf(os, "cmdline"),
    boot: listOf(os, "boot", (boot) => boot.attribute("dev")).filter((dev) => dev !== undefined),
    init: textOf(os, "init"),
    initargs: listOf(os, "initarg", (argument) => argument.textContent),
  });
}

/** A file's name, or since libvirt 8.5.0 a `<source>` like a disk's. */
function nvram(element: XmlElement | undefined): string | undefined {
  const source = child(element, "source");
  if (source !== undefined) return source.attribute("file") ?? source.attribute("dev");
  return element?.textContent.trim() || undefined;
}

function domainCpu(cpu: XmlElement | undefined): DomainCpu | undefined {
  if (cpu === undefined) return undefined;
  const topology = child(cpu, "topology");
  const count = (name: string) => decimal(topology?.attribute(name));
  return compact<DomainCpu>({
    mode: cpu.attribute("mode"),
    model: textOf(cpu, "model"),
    topology: topology === undefined ? undefined : compact({
      sockets: count("sockets"),
      dies: count("dies"),
      clusters: count("clusters"),
      cores: count("cores"),
      threads: count("threads"),
    }),
  });
}

function featuresOf(element: XmlElement | undefined): string[] {
  const names: string[] = [];
  for (const feature of element?.children() ?? []) {
    if (names.length >= MOST_ENTRIES) throw tooMany("elements in <features>");
    names.push(feature.name);
  }
  return names;
}

function cpuTune(cputune: XmlElement | undefined): CpuTuneModel {
  const pins = (name: string, attribute: string) =>
    listOf(cputune, name, (pin) => {
      const number = decimal(pin.attribute(attribute));
      const text = pin.attribute("cpuset");
      return number === undefined || text === undefined || !isCpuSet(text) ? undefined : { number, text };
    }).filter((pin) => pin !== undefined);
  return compact<CpuTuneModel>({
    pins: pins("vcpupin", "vcpu").map(({ number, text }) => ({ vcpu: number, text, cpuset: null })),
    emulatorPin: cpuSet(childAttribute(cputune, "emulatorpin", "cpuset")),
    iothreadPins: pins("iothreadpin", "iothread")
      .map(({ number, text }) => ({ iothread: number, text, cpuset: null })),
    shares: decimal(childText(cputune, "shares")),
    period: decimal(childText(cputune, "period")),
    quota: decimal(childText(cputune, "quota")),
  });
}

function memoryBacking(backing: XmlElement | undefined): MemoryBackingModel {
  const hugepages = child(backing, "hugepages");
  return compact<MemoryBackingModel>({
    hugepages: hugepages === undefined ? undefined : listOf(hugepages, "page", (page) => {
      const pageSize = size(page.attribute("size"), page.attribute("unit"));
      if (pageSize === undefined) return undefined;
      return compact({ sizeKiB: pageSize.KiB, size: pageSize, nodeset: cpuSet(page.attribute("nodeset")) });
    }).filter((page) => page !== undefined),
    nosharepages: child(backing, "nosharepages") !== undefined,
    locked: child(backing, "locked") !== undefined,
    source: childAttribute(backing, "source", "type"),
    access: childAttribute(backing, "access", "mode"),
  });
}

function numaTune(memory: XmlElement | undefined): DomainModel["numatune"] {
  if (memory === undefined) return undefined;
  return compact({
    mode: memory.attribute("mode"),
    nodeset: cpuSet(memory.attribute("nodeset")),
    placement: memory.attribute("placement"),
  });
}
