/**
 * What a hookvisor handler sees. An editor that finds this file beside the
 * handlers completes `event` and `host`:
 *
 * ```js
 * /** @type {import("./handler.d.ts").Handler} *\/
 * export default async function (event, host) {}
 * ```
 *
 * Names are libvirt's own. Each field says which element or attribute of
 * libvirt's XML it comes from and, where that is known and not "always", since
 * which libvirt it exists. A field is absent when the XML does not have it or
 * when hookvisor does not understand its value. Everything a guest's owner can
 * choose (names, descriptions, paths, metadata) is data: never make a command of it.
 *
 * This is one long file because hookvisor copies it unchanged beside the handlers.
 */

/** libvirt's hook drivers. */
export type Driver = "daemon" | "qemu" | "lxc" | "libxl" | "network" | "bhyve";

/** The hook call a handler runs for. */
export interface HookEvent {
  driver: Driver;
  /** libvirt's word, the hook's second argument; older names in today's form (`plugged` is `port-created`, `unplugged` is `port-deleted`). */
  operation: string;
  /** The hook's third argument: `begin`, `end` or `-`; `event` for an event. */
  subOperation: string;
  /** The hook's fourth argument, `-` when there is none. */
  extra: string;
  /** The domain's or network's name, as libvirt passed it; `-` for the daemon. */
  name: string;
  /** The UUID in the XML, of the domain or of the network. */
  uuid?: string;
  /**
   * Why the domain ended, for `release` since about libvirt 10: `shutdown`, `destroyed`, `crashed`, `migrated`, `saved`, `failed`, `from snapshot`, `daemon`, `unknown`.
   * For an event: for `crashed` `panicked`, `crashloaded`, `failed`, `crashed`, `vanished`; for `io-error` `enospc` or `unknown`; for `paused`, `resumed`, `shutdown-requested`, `agent-connected`, `agent-disconnected` and `disk-changed` libvirt's word.
   */
  reason?: string;
  /** The calling daemon, for the driver `daemon`: `libvirtd`, `virtqemud`, `virtnetworkd`, ... Split daemons call with the same arguments; only this tells them apart. */
  daemon?: string;
  /** For an event: it happened while libvirt's daemon or the connection to it was down, and `watch` found it by comparing. The fields from here to `actualKiB` are those of events, which `hookvisor watch` reports. */
  missed?: boolean;
  /** For an event: how many duplicates were folded into it while it waited. */
  folded?: number;
  /** `crashed` with the reason `panicked`: `<on_crash>`, what libvirt does with the guest. */
  onCrash?: string;
  /** `watchdog`: `none`, `pause`, `reset`, `poweroff`, `shutdown`, `debug`, `inject-nmi`; `io-error`: `none`, `pause`, `report`; `memory-failure`: `ignore`, `inject`, `fatal`, `reset`. */
  action?: string;
  /** The device's alias (`virtio-disk0`): `io-error`, `tray`, `disk-changed`, `device-added`, `device-removed`, `device-removal-failed`. */
  device?: string;
  /** The disk's target (`vda`): `io-error`, `tray`, `disk-changed`, `block-threshold`, `block-job`. */
  disk?: string;
  /** The image: `io-error`, and `block-threshold` (null where it has no path). */
  path?: string | null;
  /** `pm-suspended`: `memory` or `disk`. */
  to?: string;
  /** `tray`: `open` or `close`. */
  state?: string;
  /** `block-threshold`, in bytes. */
  threshold?: number;
  /** `block-threshold`: how far beyond the threshold the write went, in bytes. */
  excess?: number;
  /** `block-job`: `pull`, `copy`, `commit`, `active-commit`, `backup`; `job-completed`: `save`, `migration-out`, `dump`, `backup`, … */
  job?: string;
  /** `block-job`: `completed`, `failed`, `canceled`. */
  result?: string;
  /** `job-completed`, where libvirt reports it. */
  success?: boolean;
  /** `job-completed`, where libvirt reports it. */
  error?: string;
  /** `job-completed`: libvirt's numbers by libvirt's names (`data_total`, `time_elapsed`). */
  statistics?: Record<string, string | number | boolean>;
  /** `disk-changed`; null: none. */
  oldPath?: string | null;
  newPath?: string | null;
  /** `memory-failure`: `hypervisor` or `guest`. */
  recipient?: string;
  /** `memory-failure`. */
  actionRequired?: boolean;
  /** `memory-failure`: it happened while the system was handling another. */
  recursive?: boolean;
  /** `balloon`: the guest's memory now. */
  actualKiB?: number;
  /** The text libvirt sent on stdin; `""` for the daemon. */
  xml: string;
  /** The domain: for the domain drivers, and for a network's port if an older libvirt sent `<domain>` with it. */
  domain?: Domain;
  /** The network: for the driver `network`. */
  network?: Network;
  /** The network port: for `port-created` and `port-deleted`. */
  port?: NetworkPort;
}

/** A domain, and paths to everything else in its XML. */
export interface Domain extends DomainData, XmlQueries {
  /** The element with that namespace in `<metadata>`. Since 0.9.10. */
  metadata(namespace: string): ElementData | undefined;
}

/** A network, and paths to everything else in its XML. */
export interface Network extends NetworkData, XmlQueries {
  /** The element with that namespace in `<metadata>`. Since 2.1.0. */
  metadata(namespace: string): ElementData | undefined;
}

/** A network port, and paths to everything else in its XML. */
export interface NetworkPort extends NetworkPortData, XmlQueries {}

/** Finds anything else in the XML, by paths such as `devices/disk[@device='cdrom']/source/@file`. */
export interface XmlQueries {
  /** The first match of the path: an element, or the text of an attribute or of `text()`. */
  find(path: string, namespaces?: Record<string, string>): ElementData | string | undefined;
  /** All matches of the path, in document order. */
  findAll(path: string, namespaces?: Record<string, string>): (ElementData | string)[];
}

/** An XML element as plain data. */
export interface ElementData {
  /** Its name as written, prefix included: `libosinfo:os`. */
  name: string;
  /** The URI of its namespace, if it has one. */
  namespace?: string;
  /** Its attributes, by their names as written. */
  attributes: Record<string, string>;
  /** The text directly in it. */
  text: string;
  /** The elements in it. */
  children: ElementData[];
}

/** A size as written in the XML, and in units for arithmetic. */
export interface Size {
  /** The number as written. */
  value: string;
  /** The unit as written, or libvirt's default there: `KiB` for memory. */
  unit: string;
  /** The size in bytes; absent if it is greater than 2^53 - 1. */
  bytes?: number;
  /** The size in KiB, rounded up as libvirt does. */
  KiB: number;
}

/** A set of host CPUs or NUMA nodes. */
export interface CpuSet {
  /** As written: `0-3,^2,8`. */
  text: string;
  /** Its members in ascending order: `[0, 1, 3, 8]`. Expanded when a handler reads it; a handler may expand a million members in all. */
  cpus: number[];
}

/** `<domain>`. */
export interface DomainData {
  /** `@type`: `kvm`, `qemu`, `lxc`, `xen`, `bhyve`, ... */
  type: string;
  /** `@id`: the number of a running domain. qemu has it from `prepare` on, but not in `stopped` and `release`; LXC has it from `start` to `stopped`. */
  id?: number;
  /** `<name>`. */
  name: string;
  /** `<uuid>`. */
  uuid: string;
  /** `<hwuuid>`: the UUID that the guest sees, if it differs. Since 11.7.0. */
  hwuuid?: string;
  /** `<title>`. Since 0.9.10. */
  title?: string;
  /** `<description>`. Since 0.7.2. */
  description?: string;
  /** `<genid>`. Since 4.4.0. */
  genid?: string;
  /** `<memory>` in KiB: the most that the guest gets without memory devices. `@unit` exists since 0.9.11; without it the unit is KiB. */
  memoryKiB: number;
  /** `<currentMemory>` in KiB; the same as `memoryKiB` if it is missing. */
  currentMemoryKiB: number;
  /** `<maxMemory>` in KiB: the limit for added memory devices. Since 1.2.14. */
  maxMemoryKiB?: number;
  /** `<memory>`, `<currentMemory>` and `<maxMemory>` with their units as written. */
  sizes: { memory?: Size; currentMemory?: Size; maxMemory?: Size };
  /** `<vcpu>`: the most virtual CPUs the guest can have. */
  vcpus: number;
  /** `<vcpu current>`: how many it starts with; the same as `vcpus` if it is missing. Since 0.8.5. */
  currentVcpus: number;
  /** `<vcpu placement>`: `static` or `auto`. Since 0.9.11. */
  vcpuPlacement?: string;
  /** `<vcpu cpuset>`: host CPUs for vCPUs that have no pin. Since 0.4.4. */
  vcpuCpuset?: CpuSet;
  /** `<iothreads>`. Since 1.2.8. */
  iothreads?: number;
  /** `<iommufd>`: whether IOMMUFD passes host devices through, and the group of descriptors for it. Since 12.2.0. */
  iommufd?: { enabled?: boolean; fdgroup?: string };
  os: DomainOs;
  /** `<bootloader>`: Xen's paravirtual guests and bhyve. */
  bootloader?: string;
  /** `<cpu>`. */
  cpu?: DomainCpu;
  /** Names of the elements in `<features>`: `acpi`, `hyperv`, ... */
  features: string[];
  /** `<devices><emulator>`: the program that runs the guest. */
  emulator?: string;
  /** `<devices><disk>`. */
  disks: Disk[];
  /** `<devices><interface>`. */
  interfaces: Interface[];
  /** `<devices><hostdev>`. */
  hostdevs: Hostdev[];
  /** `<devices><filesystem>`. */
  filesystems: Filesystem[];
  /** `<devices><graphics>`. Without passwords. */
  graphics: Graphics[];
  /**
   * Every PCI device of the host that the guest gets, each once, with the
   * address as sysfs writes it: `<hostdev>`, `<interface type='hostdev'>`, and
   * the controllers of NVMe disks, including their backing files and mirrors.
   * An interface on a network of such devices has an address only from `start` on.
   */
  hostPciAddresses: string[];
  /** `<cputune>`. Since 0.9.0. */
  cputune: CpuTune;
  /** `<memoryBacking>`. */
  memoryBacking: MemoryBacking;
  /** `<numatune><memory>`. */
  numatune?: { mode?: string; nodeset?: CpuSet; placement?: string };
  /** The namespaces of the elements in `<metadata>`; `metadata(namespace)` returns each. Since 0.9.10. */
  metadataNamespaces: string[];
}

/** `<os>`. */
export interface DomainOs {
  /** `<type>`: `hvm`, `exe` (containers), `linux`, `xen`, `xenpvh`. */
  type: string;
  /** `<type arch>`. */
  arch?: string;
  /** `<type machine>`: `pc-q35-8.2`, `xenpv`, ... */
  machine?: string;
  /** `@firmware`: `efi` or `bios`. Since 5.2.0. */
  firmware?: string;
  /** `<loader>`: the firmware's file. */
  loader?: string;
  /** `<nvram>`: the file of the firmware's variables (since 1.2.8), or the file or device of its `<source>` (since 8.5.0). */
  nvram?: string;
  /** `<varstore>`: the file of the firmware's variables where QEMU itself stores them, and its template. Since 12.1.0. */
  varstore?: { path?: string; template?: string };
  /** `<kernel>`, `<initrd>`, `<cmdline>`: direct kernel boot. */
  kernel?: string;
  initrd?: string;
  cmdline?: string;
  /** `<boot dev>`, in order. */
  boot: string[];
  /** `<init>`: the first program of a container. */
  init?: string;
  /** `<initarg>`, in order. */
  initargs: string[];
}

/** `<cpu>`. */
export interface DomainCpu {
  /** `@mode`: `host-passthrough`, `host-model`, `custom`, `maximum`. Since 0.9.10. */
  mode?: string;
  /** `<model>`. */
  model?: string;
  /** `<topology>`; `dies` since 6.1.0, `clusters` since 10.1.0. */
  topology?: { sockets?: number; dies?: number; clusters?: number; cores?: number; threads?: number };
}

/** `<disk>`. */
export interface Disk {
  /** `@type`: `file`, `block`, `dir`, `network`, `volume`, `nvme`, `vhostuser`, `vhostvdpa`, `ctl`. */
  type: string;
  /** `@device`: `disk` (the default), `cdrom`, `floppy`, `lun`. */
  device: string;
  /** Every attribute of `<source>`, and more. An empty drive has no source, or only an `index` while the domain runs. */
  source?: DiskSource;
  /** The file, block device or directory on the host: `source.file`, `source.dev` or `source.dir`, whichever exists. */
  path?: string;
  target: {
    /** `<target dev>`: `vda`. */
    dev: string;
    /** `<target bus>`: `virtio`, `sata`, ... */
    bus?: string;
  };
  /** `<driver name type cache io discard>`. */
  driver?: { name?: string; type?: string; cache?: string; io?: string; discard?: string };
  /** `<readonly/>`. */
  readonly: boolean;
  /** `<shareable/>`. */
  shareable: boolean;
  /** `<serial>`. Since 0.7.1. */
  serial?: string;
  /** `<boot order>`. Since 0.8.8. */
  bootOrder?: number;
  /** `<alias name>`: exists only while the domain runs, unless it begins with `ua-`. */
  alias?: string;
}

/** `<disk><source>`: every attribute under its own name, including those not listed here, and its `<host>` and `<address>`. */
export interface DiskSource {
  /** `type='file'`. */
  file?: string;
  /** `type='block'`, `type='vhostvdpa'`, `type='ctl'` (since 12.0.0). */
  dev?: string;
  /** `type='dir'`. */
  dir?: string;
  /** `type='network'`: `rbd`, `nbd`, `iscsi`, `https`, ... */
  protocol?: string;
  name?: string;
  /** `type='network'`: `yes` or `no`, and the name that the server's certificate must have. */
  tls?: string;
  tlsHostname?: string;
  /** `type='network'` by HTTP: what follows the `?`. */
  query?: string;
  /** `<host>` elements of `type='network'`. */
  hosts?: { name?: string; port?: string; transport?: string; socket?: string }[];
  /** `type='volume'`. Since 1.0.5. */
  pool?: string;
  volume?: string;
  /** `type='volume'`: `host` or `direct`. */
  mode?: string;
  /** `type='nvme'`: the controller on the host, `0000:01:00.0`. Since 6.0.0. */
  pci?: string;
  /** `type='nvme'`: the number of its namespace. */
  namespace?: string;
  /** `type='nvme'`: `yes` if libvirt takes the controller from the host's driver and returns it afterwards. */
  managed?: string;
  /** `type='nvme'`: `pci`; `type='vhostuser'`: `unix`. */
  type?: string;
  /** `type='vhostuser'`: the socket. Since 7.1.0. */
  path?: string;
  /** `mandatory`, `requisite` or `optional`. */
  startupPolicy?: string;
  /** `type='file'`: the group of descriptors that opens it. Since 9.0.0. */
  fdgroup?: string;
  /** The number of this layer in the disk's chain, while the domain runs. */
  index?: string;
  [attribute: string]: unknown;
}

/** `<interface>`. */
export interface Interface {
  /** `@type`: `network`, `bridge`, `direct`, `hostdev`, `vhostuser`, `ethernet`, `user`, `vdpa`, ... While a domain runs on a network, libvirt may give the actual type here. */
  type: string;
  /** `<mac address>`. */
  mac?: string;
  /** Every attribute of `<source>`, and more. */
  source?: InterfaceSource;
  /** `<target>`: absent until libvirt has created the device, and again in `stopped` and `release` of qemu. */
  target?: {
    /** `<target dev>`: `vnet0`. */
    dev?: string;
    /** `<target managed>`. Since 5.7.0. */
    managed?: boolean;
  };
  /** `<model type>`: `virtio`, `e1000e`, ... */
  model?: string;
  /** `<mtu size>`, in bytes. Since 3.1.0. */
  mtu?: number;
  /** `<link state>`: `up` or `down`. */
  linkState?: string;
  /** `<virtualport type>` (`openvswitch`, `802.1Qbh`, ...) and its parameters. */
  virtualport?: { type?: string; parameters: Record<string, string> };
  /** `<vlan><tag id>`, in order. */
  vlans: number[];
  /** `<filterref filter>`. */
  filter?: string;
  /** `<boot order>`. */
  bootOrder?: number;
  /** `type='hostdev'`: the host's device as sysfs writes it, `0000:05:00.1`. Since 0.9.11. */
  pci?: string;
  /** `type='hostdev'` of a USB device: `<address bus device>`. */
  usb?: { bus?: number; device?: number };
  /** `@managed` of `type='hostdev'`: libvirt takes the device from the host's driver and returns it afterwards. */
  managed?: boolean;
  /** `<alias name>`. */
  alias?: string;
}

/** `<interface><source>`: every attribute under its own name, including those not listed here, and its `<local>`. */
export interface InterfaceSource {
  /** `type='network'`. */
  network?: string;
  /** `type='network'`. Since 0.9.4. */
  portgroup?: string;
  /** `type='network'` while the domain runs: the UUID of the network port. Since 5.1.0. */
  portid?: string;
  /** `type='bridge'`; while the domain runs also for `type='network'`: the bridge in use. */
  bridge?: string;
  /** `type='direct'`, `type='vdpa'`, `type='user'`: the host's device. */
  dev?: string;
  /** `type='direct'`: `vepa`, `bridge`, `private`, `passthrough`; `type='vhostuser'`: `client`, `server`. */
  mode?: string;
  /** `type='vhostuser'`: the socket. */
  path?: string;
  /** `type='vhostuser'`: `unix`. */
  type?: string;
  /** `type='client'`, `server`, `mcast`, `udp`: the remote address, or the one to listen on. */
  address?: string;
  port?: string;
  /** `type='udp'`: the local address, from `<local>`. */
  local?: { address?: string; port?: string };
  /** `type='internal'`. */
  name?: string;
  /** `type='vds'`: a port of a VMware switch, with `portid`. */
  switchid?: string;
  portgroupid?: string;
  connectionid?: string;
  [attribute: string]: unknown;
}

/** `<hostdev>`. */
export interface Hostdev {
  /** `@mode`: `subsystem`, or `capabilities` for containers. */
  mode: string;
  /** `@type`: `pci`, `usb`, `scsi`, `scsi_host`, `mdev`; of `capabilities`: `storage`, `misc`, `net`. */
  type: string;
  /** `@managed`: libvirt takes a PCI device from the host's driver and returns it afterwards. */
  managed: boolean;
  /** Every attribute of `<source>`: `startupPolicy`, `writeFiltering`, `guestReset` and others. */
  source?: Record<string, string>;
  /** `type='pci'`: the host's device as sysfs writes it, `0000:01:00.0`, from `<source><address>`. */
  pci?: string;
  /** `type='usb'`. */
  usb?: UsbDevice;
  /** `type='mdev'`: the mediated device's UUID, from `<source><address>`, and `@model`. Since 3.2.0. */
  mdev?: { uuid?: string; model?: string };
  /** `type='scsi'`: `<adapter name>` and the address (since 1.0.6), or for iSCSI the protocol, the target's name and its `<host>` (since 1.2.8). */
  scsi?: {
    adapter?: string;
    bus?: number;
    target?: number;
    unit?: number;
    protocol?: string;
    name?: string;
    hosts?: { name?: string; port?: string }[];
  };
  /** `type='scsi_host'`: `<source protocol wwpn>`. Since 2.5.0. */
  scsiHost?: { protocol?: string; wwpn?: string };
  /** `mode='capabilities'`: the device, from `<source>`'s `<block>`, `<char>` or `<interface>`. Since 1.0.1. */
  capability?: string;
  /** `<driver name>`: `vfio`, `kvm`, `xen`. */
  driver?: string;
  /** `<driver iommufd>`: whether IOMMUFD passes it through. Since 12.1.0. */
  iommufd?: boolean;
  /** `<alias name>`. */
  alias?: string;
}

/** A USB device of the host, from `<source>`. */
export interface UsbDevice {
  /** `<vendor id>` as written: `0x1234`. */
  vendor?: string;
  /** `<product id>` as written. */
  product?: string;
  /** `<address bus>`. */
  bus?: number;
  /** `<address device>`. */
  device?: number;
}

/** `<filesystem>`. */
export interface Filesystem {
  /** `@type`: `mount` (the default), `template`, `file`, `block`, `ram`, `bind`. */
  type: string;
  /** `@accessmode`. Since 0.8.5. */
  accessmode?: string;
  /** `<driver type>`: `path`, `virtiofs` (since 6.2.0), `loop`, ... */
  driver?: string;
  /** Every attribute of `<source>`: `dir`, `file`, `dev`, `name`, `socket`, `usage` and others. */
  source: Record<string, string>;
  /** `<target dir>`: where the guest sees it, or its tag. */
  target: string;
  /** `<readonly/>`. */
  readonly: boolean;
  /** `<alias name>`. */
  alias?: string;
}

/** `<graphics>`. */
export interface Graphics {
  /** `@type`: `vnc`, `spice`, `rdp`, `sdl`, `dbus`, `egl-headless`. */
  type: string;
  /** `@port`; -1 until libvirt has chosen one. */
  port?: number;
  /** `@tlsPort` of SPICE. */
  tlsPort?: number;
  /** `@websocket` of VNC. Since 1.0.6. */
  websocket?: number;
  /** `@autoport`. */
  autoport: boolean;
  /** `@listen`, or the address of the first `<listen type='address'>`. */
  listen?: string;
  /** The socket: `@socket`, or that of the first `<listen type='socket'>`. */
  socket?: string;
}

/** `<cputune>`. */
export interface CpuTune {
  /** `<vcpupin>`. Since 0.9.0. */
  pins: {
    /** `@vcpu`. */
    vcpu: number;
    /** `@cpuset` as written. */
    text: string;
    /** `@cpuset` as numbers in ascending order, as `cpus` of {@link CpuSet}. */
    cpuset: number[];
  }[];
  /** `<emulatorpin cpuset>`. */
  emulatorPin?: CpuSet;
  /** `<iothreadpin>`. Since 1.2.9. */
  iothreadPins: { iothread: number; text: string; cpuset: number[] }[];
  /** `<shares>`. */
  shares?: number;
  /** `<period>` in microseconds. */
  period?: number;
  /** `<quota>` in microseconds; -1 means no limit. */
  quota?: number;
}

/** `<memoryBacking>`. */
export interface MemoryBacking {
  /** `<hugepages>`: absent if the guest uses none; empty if the size is the host's default; otherwise `<page>`. Since 1.2.5. */
  hugepages?: {
    /** `@size` in KiB. */
    sizeKiB: number;
    /** `@size` and `@unit` as written. */
    size: Size;
    /** `@nodeset`: the guest's NUMA nodes. */
    nodeset?: CpuSet;
  }[];
  /** `<nosharepages/>`. */
  nosharepages: boolean;
  /** `<locked/>`. Since 1.0.6. */
  locked: boolean;
  /** `<source type>`: `file`, `anonymous`, `memfd`. */
  source?: string;
  /** `<access mode>`: `shared`, `private`. */
  access?: string;
}

/** `<network>`. */
export interface NetworkData {
  /** `<name>`. */
  name: string;
  /** `<uuid>`. */
  uuid: string;
  /** `<bridge name>`: libvirt's own bridge or one of the host's. */
  bridge?: string;
  /** `<forward>`; absent for an isolated network. */
  forward?: {
    /** `@mode`: `nat` (the default), `route`, `open`, `bridge`, `private`, `vepa`, `passthrough`, `hostdev`. */
    mode: string;
    /** `@dev`: the only host device through which traffic may leave. */
    dev?: string;
    /** `<interface dev>`: the pool of host devices, in order. Since 0.9.4. */
    interfaces: string[];
    /** `<address type='pci'>` of `hostdev` networks: the pool of host devices, as sysfs writes them. Since 0.10.0. */
    pci: string[];
  };
  /** `<ip>`, in order. */
  ips: NetworkIp[];
  /** `<portgroup>`. Since 0.9.4. */
  portgroups: { name: string; default: boolean }[];
  /** `<domain name>`: the DNS domain. Since 0.4.5. */
  domainName?: string;
  /** `<mac address>` of the bridge. Since 0.8.8. */
  mac?: string;
  /** `<mtu size>`, in bytes. Since 3.1.0. */
  mtu?: number;
  /** `@connections`: the number of interfaces that use it now. */
  connections?: number;
  /** `<virtualport type>`: `openvswitch`. Since 0.10.0. */
  virtualport?: string;
  /** `<bridge zone>`: firewalld's zone. Since 5.1.0. */
  zone?: string;
  /** `<vlan><tag id>`, in order. Since 0.10.0. */
  vlans: number[];
  /** The namespaces of the elements in `<metadata>`. Since 2.1.0. */
  metadataNamespaces: string[];
}

/** `<network><ip>`. */
export interface NetworkIp {
  /** `@address`. */
  address?: string;
  /** `@family`: `ipv4` (the default) or `ipv6`. */
  family: string;
  /** `@netmask`, as given. */
  netmask?: string;
  /** `@prefix`, or the prefix length of `@netmask`. */
  prefix?: number;
  /** `<dhcp><range>`. */
  dhcpRanges: { start: string; end: string }[];
  /** `<dhcp><host>`. */
  dhcpHosts: { mac?: string; name?: string; ip?: string; id?: string }[];
}

/** `<networkport>` (since 5.5.0), or what an older libvirt's `<interface>` and `<domain>` say about it. */
export interface NetworkPortData {
  /** `<uuid>`; an older libvirt has none. */
  uuid?: string;
  /** `<owner>`: the domain; absent for a port that an admin created. */
  owner?: { name?: string; uuid?: string };
  /** `<group>`: the network's portgroup. */
  group?: string;
  /** `<mac address>`. */
  mac?: string;
  /** `<plug>`: what the port is connected to. */
  plug?: {
    /** `@type`: `network`, `bridge`, `direct`, `hostdev-pci`. */
    type: string;
    /** `@bridge` of `network` and `bridge`. */
    bridge?: string;
    /** `@dev` of `direct`. */
    dev?: string;
    /** `@mode` of `direct`. */
    mode?: string;
    /** `<address>` of `hostdev-pci` as sysfs writes it. */
    pci?: string;
    /** `@managed` of `hostdev-pci`. */
    managed?: boolean;
  };
  /** `<vlan><tag id>`, in order. */
  vlans: number[];
  /** `<virtualport type>`. */
  virtualport?: string;
  /** `<bandwidth classID>`: the traffic shaping class. */
  classId?: number;
  /** `<rxfilters trustGuest>`. */
  trustGuest?: boolean;
  /** `<port isolated>`. Since 6.1.0. */
  isolated?: boolean;
}

// ---------------------------------------------------------------------------
// host: what a handler can do. docs/handlers.md says more about each call.
// ---------------------------------------------------------------------------

/**
 * A handler's default export. It has ended when its promise is settled and every
 * call it made has an answer. If not all options are texts, give their types:
 * `Handler<{ hostCpus: string, cores: number[] }>`.
 */
export type Handler<Options = Record<string, string>> = (event: HookEvent, host: Host<Options>) => unknown;

/** A value that JSON can hold. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * A call's error. It is thrown (or rejects the promise) with the handler's own
 * line in its stack; an uncaught error makes the handler fail.
 */
export interface HostError extends Error {
  /**
   * - `NotAllowed`: the manifest or the site's policy does not allow it; the message says which line to add
   * - `TypeError`: the call does not take these arguments
   * - `SystemError`: the system refused; `code` has the errno's name
   * - `CommandFailed`: a command ended with an exit code other than 0, or by a signal; `result` has its output
   * - `TimeoutError`: the call's timeout passed, or others held what it needs until the deadline
   * - `HookDataError`, `XmlError`: the XML cannot be read or parsed, or does not allow this edit
   */
  name: string;
  /** An errno's name: `ENOENT`, `EBUSY`, ... */
  code?: string;
  /** What `exec` would have returned. */
  result?: ExecResult;
}

/** Everything that reaches the host. hookvisor checks every call against the manifest's `allow` and records it. */
export interface Host<Options = Record<string, string>> {
  /**
   * Runs a program with an argument array, never through a shell, in its own
   * session and process group; its environment is `PATH`, `LC_ALL=C` and
   * what `env` and `runAs` add. Within `allow.exec`.
   *
   * It ends with the program, and does not wait for what the program's children hold open.
   */
  exec(command: string, args?: readonly (string | number)[], options?: ExecOptions): Promise<ExecResult>;

  /** An admin's existing hook scripts, within `allow.scripts`. */
  readonly scripts: HostScripts;

  /** Files. Paths are absolute; `..` is refused; a symbolic link outside /sys and /proc must lead to an allowed path. */
  readonly fs: HostFiles;

  /**
   * Registers a command to run when the guest has ended (`fs.set` says when
   * that is). hookvisor checks the command now as `exec` does, and again against
   * the site's policy when it runs. It registers the same command of the same
   * handler once for a guest. The command may run twice if the hook process is
   * killed in the middle, so a second run must be harmless. Call `undo` before
   * the change that it undoes.
   */
  undo(command: string, args?: readonly (string | number)[], options?: UndoOptions): Promise<null>;

  /** Waits this many milliseconds. */
  sleep(ms: number): Promise<null>;

  /** Calls `condition` until it returns a truthy value, and returns that value; `every` and `timeout` are milliseconds. Throws `TimeoutError`. */
  waitFor<T>(
    condition: () => T | Promise<T>,
    options?: { every?: number; timeout?: number },
  ): Promise<T>;

  /**
   * Values that this handler stores for this guest, by its UUID, until
   * `release` (for a network until `stopped`), or longer with `state: keep`
   * in the manifest. Nothing outlives a reboot. A key has 1 to 256
   * characters, a value at most 64 KiB as JSON; there are at most 1000 keys.
   */
  readonly state: HostState & {
    /** The same for this host instead of one guest. */
    readonly host: HostState;
  };

  /**
   * Runs `act` while no other handler of this host, in any hook process,
   * holds the lock of that name; returns what `act` returns. Waits until the
   * handler's deadline at most. The lock is released when `act` returns, and
   * when the handler ends or is killed.
   */
  lock<T>(name: string, act: () => T | Promise<T>): Promise<T>;

  /** Edits what libvirt gets back, in `migrate` and `restore`, with `allow: {xml: true}`; each returns how many places changed. See docs/xml.md. */
  readonly xml: HostXml;

  /** Ends the handler as failed, with a reason for the person who ran `virsh start`. */
  fail(reason: string): never;

  /** Writes lines into the record of this call, as `console` does. `fields` is any JSON value; `host.log(text)` is `host.log.info`. */
  readonly log: Readonly<LogCalls>;

  /** The manifest's `options`, with the values that `config.yaml` overrides. */
  readonly options: Readonly<Options>;

  /** The guest or network that the call is about. */
  readonly guest: { readonly name: string; readonly uuid?: string };
}

export interface ExecOptions {
  /** Text for its standard input, which is then closed; nothing by default. */
  stdin?: string;
  /** Milliseconds, or a text such as `"5s"`; after that it gets SIGTERM, and SIGKILL a second later. */
  timeout?: number | string;
  /** More variables; each name within `allow.env`. */
  env?: Record<string, string>;
  /** Another user, by name, within `allow.runAs`: with all their groups, HOME, USER, LOGNAME, and XDG_RUNTIME_DIR if they have one. */
  runAs?: string;
  /** Whether an exit code other than 0, a signal or a timeout throws (default), or only shows in the result. */
  check?: boolean;
}

export interface UndoOptions {
  /** The command's timeout when it runs, 10 s by default. It applies even when the call's deadline has passed. */
  timeout?: number | string;
  env?: Record<string, string>;
  runAs?: string;
  /** Exit codes that say that nothing is left to undo: they count as success, and hookvisor forgets the command. */
  gone?: number[];
  /** A program and its arguments, within `allow.exec`, to run first: if it fails, nothing is left to undo. */
  onlyIf?: readonly (string | number)[];
}

export interface ExecResult {
  /** The exit code; null if a signal ended it. */
  code: number | null;
  /** `SIGKILL`, ...; null if it exited. */
  signal: string | null;
  /** At most 1 MiB. */
  stdout: string;
  stderr: string;
  /** Whether output beyond that was dropped. */
  truncated: boolean;
  timedOut: boolean;
}

/** `host.log`. */
export type LogCalls =
  & ((message: string, fields?: Json) => null)
  & Record<"debug" | "info" | "warn" | "error", (message: string, fields?: Json) => null>;

/** Executables written for libvirt's hooks. */
export interface HostScripts {
  /** The executables in a directory, in byte order; for the path of an executable, that one; none if it does not exist. */
  list(path: string): Promise<string[]>;
  /**
   * Runs one with libvirt's arguments and the XML on standard input, as libvirt
   * would. It must be owned by root and writable by nobody else. The record
   * has what it prints. A failure is an error unless `check` is false.
   */
  run(path: string, options?: { check?: boolean }): Promise<ExecResult>;
}

/** `allow.read` and `allow.write` permit reading, `allow.write` permits changing. */
export interface HostFiles {
  /** The text of a file, at most 8 MiB. */
  read(path: string): Promise<string>;
  /** The existing paths that match a glob and that the handler may read, sorted: `*` within a name, `**` across. At most 10,000. */
  list(glob: string): Promise<string[]>;
  exists(path: string): Promise<boolean>;
  /** The properties of the path's target; null if it does not exist. */
  stat(path: string): Promise<FileStatus | null>;
  /** The target written in a symbolic link. */
  readlink(path: string): Promise<string>;
  /** Replaces an ordinary file as a whole, or creates it; writes a file under /sys or /proc in place, in one write. At most 8 MiB. */
  write(path: string, text: string | number): Promise<null>;
  /** Appends to an ordinary file in one write; creates it if it is missing. */
  append(path: string, text: string | number): Promise<null>;
  /** Creates a directory, 0o755 by default; it may already exist. Its parent must exist. */
  mkdir(path: string, options?: { mode?: number | string }): Promise<null>;
  /** Removes a file, a link itself, or an empty directory; returns whether it existed. */
  remove(path: string): Promise<boolean>;
  /** Both names must be allowed and on one file system. */
  rename(from: string, to: string): Promise<null>;
  /** `0o640` or `"640"`; no set-id bits. */
  chmod(path: string, mode: number | string): Promise<null>;
  /** By name or number; null leaves it unchanged. */
  chown(path: string, user: string | number | null, group?: string | number | null): Promise<null>;
  /**
   * Writes a value, and restores the old one when the guest has ended: after
   * `release` (a network's `stopped`), after an aborted start, by `hookvisor
   * undo`, and at the daemon's start for a guest that was killed with it. If
   * several guests hold a value, it is restored when the last one ends. Returns
   * the real paths that it set. Changes nothing if the handler may not write
   * or read one of the paths; files hold at most 64 KiB of text.
   */
  set(pathOrGlob: string, value: string | number): Promise<string[]>;
  /**
   * Registers a text to write into a file below /sys or /proc when the guest
   * has ended, for a text other than the file's old value: `bind` after
   * `unbind`. hookvisor plays it back in order with commands and values, the
   * last first. The file need not exist yet. If it no longer exists by then,
   * nothing is left to undo; `gone` names errors that say the same, such as
   * `ENODEV`.
   */
  undo(path: string, text: string | number, options?: { gone?: string[] }): Promise<null>;
}

export interface FileStatus {
  kind: "file" | "directory" | "symlink" | "fifo" | "socket" | "character device" | "block device";
  /** Permission bits with set-id and sticky. */
  mode: number;
  uid: number;
  gid: number;
  /** Bytes. */
  size: number;
  /** The number of its names (hard links). */
  links: number;
  /** The last change of its content, in milliseconds since the epoch. */
  modified: number;
}

export interface HostState {
  /** null if the key has no value. */
  get(key: string): Promise<Json>;
  set(key: string, value: Json): Promise<null>;
  /** Returns whether the key existed. */
  delete(key: string): Promise<boolean>;
  /** The keys that begin with a text, sorted. */
  list(prefix?: string): Promise<string[]>;
}

/** Each takes a path as `find` does, and a value or a piece of XML. */
export interface HostXml {
  /** Sets the text of an element or the value of an attribute. */
  set(path: string, value: string): number;
  remove(path: string): number;
  append(path: string, xml: string): number;
  insertBefore(path: string, xml: string): number;
  insertAfter(path: string, xml: string): number;
  replace(path: string, xml: string): number;
}
