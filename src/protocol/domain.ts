import type { CpuTune, DomainCpu, DomainData, DomainOs, MemoryBacking } from "../../handlers/handler.d.ts";
import { cpuSet } from "./domain_cpuset.ts";
import { disk, filesystem, graphics, hostdev, networkInterface } from "./domain_devices.ts";
import { elementSize, size } from "./domain_size.ts";
import type { XmlElement } from "./xml/document.ts";
import { metadataNamespaces } from "./xml/element_data.ts";
import { child, childAttribute, children, childText, compact, decimal } from "./xml/read.ts";

/**
 * What handlers see of a `<domain>`, as plain data; handlers/handler.d.ts says
 * where each field comes from. Works for every driver's domains. Fields every
 * domain has are `""` or 0 where the XML lacks them.
 */
export function domainModel(root: XmlElement): DomainData {
  const devices = child(root, "devices");
  const memory = elementSize(child(root, "memory"));
  const currentMemory = elementSize(child(root, "currentMemory"));
  const maxMemory = elementSize(child(root, "maxMemory"));
  const vcpu = child(root, "vcpu");
  // libvirt's own default is one.
  const vcpus = decimal(vcpu?.textContent) ?? 1;
  const model: DomainData = {
    type: root.attribute("type") ?? "",
    id: decimal(root.attribute("id")),
    name: childText(root, "name") ?? "",
    uuid: childText(root, "uuid")?.trim() ?? "",
    title: childText(root, "title"),
    description: childText(root, "description"),
    genid: childText(root, "genid"),
    memoryKiB: memory?.KiB ?? 0,
    currentMemoryKiB: currentMemory?.KiB ?? memory?.KiB ?? 0,
    maxMemoryKiB: maxMemory?.KiB,
    sizes: compact({ memory, currentMemory, maxMemory }),
    vcpus,
    currentVcpus: decimal(vcpu?.attribute("current")) ?? vcpus,
    vcpuPlacement: vcpu?.attribute("placement"),
    vcpuCpuset: cpuSet(vcpu?.attribute("cpuset")),
    iothreads: decimal(childText(root, "iothreads")),
    os: domainOs(child(root, "os")),
    bootloader: childText(root, "bootloader"),
    cpu: domainCpu(child(root, "cpu")),
    features: [...child(root, "features")?.children() ?? []].map((feature) => feature.name),
    emulator: childText(devices, "emulator"),
    disks: children(devices, "disk").map(disk),
    interfaces: children(devices, "interface").map(networkInterface),
    hostdevs: children(devices, "hostdev").map(hostdev),
    filesystems: children(devices, "filesystem").map(filesystem),
    graphics: children(devices, "graphics").map(graphics),
    hostPciAddresses: [],
    cputune: cpuTune(child(root, "cputune")),
    memoryBacking: memoryBacking(child(root, "memoryBacking")),
    numatune: numaTune(child(child(root, "numatune"), "memory")),
    metadataNamespaces: metadataNamespaces(root),
  };
  const addresses = [
    ...model.hostdevs.map((device) => device.pci),
    ...model.interfaces.map((device) => device.pci),
    ...model.disks.map((device) => device.source?.pci),
  ];
  model.hostPciAddresses = [...new Set(addresses.filter((address) => address !== undefined))];
  return compact(model);
}

function domainOs(os: XmlElement | undefined): DomainOs {
  const type = child(os, "type");
  return compact<DomainOs>({
    type: type?.textContent ?? "",
    arch: type?.attribute("arch"),
    machine: type?.attribute("machine"),
    firmware: os?.attribute("firmware"),
    loader: childText(os, "loader"),
    nvram: childText(os, "nvram"),
    kernel: childText(os, "kernel"),
    initrd: childText(os, "initrd"),
    cmdline: childText(os, "cmdline"),
    boot: children(os, "boot").map((boot) => boot.attribute("dev")).filter((dev) => dev !== undefined),
    init: childText(os, "init"),
    initargs: children(os, "initarg").map((argument) => argument.textContent),
  });
}

function domainCpu(cpu: XmlElement | undefined): DomainCpu | undefined {
  if (cpu === undefined) return undefined;
  const topology = child(cpu, "topology");
  const count = (name: string) => decimal(topology?.attribute(name));
  return compact<DomainCpu>({
    mode: cpu.attribute("mode"),
    model: childText(cpu, "model"),
    topology: topology === undefined ? undefined : compact({
      sockets: count("sockets"),
      dies: count("dies"),
      clusters: count("clusters"),
      cores: count("cores"),
      threads: count("threads"),
    }),
  });
}

function cpuTune(cputune: XmlElement | undefined): CpuTune {
  const pins = (name: string, attribute: string) =>
    children(cputune, name).flatMap((pin) => {
      const number = decimal(pin.attribute(attribute));
      const set = cpuSet(pin.attribute("cpuset"));
      return number === undefined || set === undefined ? [] : [{ number, text: set.text, cpuset: set.cpus }];
    });
  return compact<CpuTune>({
    pins: pins("vcpupin", "vcpu").map(({ number, ...set }) => ({ vcpu: number, ...set })),
    emulatorPin: cpuSet(childAttribute(cputune, "emulatorpin", "cpuset")),
    iothreadPins: pins("iothreadpin", "iothread").map(({ number, ...set }) => ({ iothread: number, ...set })),
    shares: decimal(childText(cputune, "shares")),
    period: decimal(childText(cputune, "period")),
    quota: decimal(childText(cputune, "quota")),
  });
}

function memoryBacking(backing: XmlElement | undefined): MemoryBacking {
  const hugepages = child(backing, "hugepages");
  return compact<MemoryBacking>({
    hugepages: hugepages === undefined ? undefined : children(hugepages, "page").flatMap((page) => {
      const pageSize = size(page.attribute("size"), page.attribute("unit"));
      if (pageSize === undefined) return [];
      return [compact({ sizeKiB: pageSize.KiB, size: pageSize, nodeset: cpuSet(page.attribute("nodeset")) })];
    }),
    nosharepages: child(backing, "nosharepages") !== undefined,
    locked: child(backing, "locked") !== undefined,
    source: childAttribute(backing, "source", "type"),
    access: childAttribute(backing, "access", "mode"),
  });
}

function numaTune(memory: XmlElement | undefined): DomainData["numatune"] {
  if (memory === undefined) return undefined;
  return compact({
    mode: memory.attribute("mode"),
    nodeset: cpuSet(memory.attribute("nodeset")),
    placement: memory.attribute("placement"),
  });
}
