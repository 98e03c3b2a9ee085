"""What handler.d.ts promises of a document, read with lxml by XPath: written from that file, not from our reader."""
import re

EXACT = 2 ** 53 - 1


def first(node, path):
    found = node.xpath(path) if node is not None else []
    return found[0] if found else None


def text(node, path):
    found = first(node, path)
    return None if found is None else "".join(found.itertext())


def attr(node, path):
    found = first(node, path)
    return None if found is None else str(found)


def number(value):
    if value is None or not re.fullmatch(r"\s*-?[0-9]+\s*", value) or abs(int(value)) > EXACT:
        return None
    return int(value)


def any_base(value):
    match = re.fullmatch(r"\s*([+-]?)(0[xX][0-9a-fA-F]+|[0-9]+)\s*", value or "")
    if match is None:
        return None
    digits = match[2]
    found = int(digits, 16 if digits[:2] in ("0x", "0X") else 8 if re.fullmatch("0[0-7]+", digits) else 10)
    return -found if match[1] == "-" else found


def yes(value):
    return {"yes": True, "on": True, "no": False, "off": False}.get(value)


def given(**fields):
    return {name: value for name, value in fields.items() if value is not None}


def attributes(node):
    return dict(node.attrib) if node is not None else {}


def only(node, names):
    return {name: value for name, value in node.attrib.items() if name in names}


def size_of(value, unit):
    unit = unit or "KiB"
    names = {"b": 1, "byte": 1, "bytes": 1}
    for power, letter in enumerate("kmgtpe", 1):
        names[letter] = names[letter + "ib"] = 1024 ** power
        names[letter + "b"] = 1000 ** power
    value = (value or "").strip()
    if not value.isdigit() or unit.lower() not in names:
        return None
    count = int(value) * names[unit.lower()]
    kib = -(-count // 1024)
    return given(value=value, unit=unit, bytes=count if count <= EXACT else None, KiB=kib)


def size(node, path):
    found = first(node, path)
    return None if found is None else size_of("".join(found.itertext()), found.get("unit"))


def members(value):
    if value is None:
        return None
    found = set()
    for part in value.split(","):
        match = re.fullmatch(r"\s*(\^?)([0-9]+)(?:-([0-9]+))?\s*", part)
        if match is None:
            return None
        here = set(range(int(match[2]), int(match[3] or match[2]) + 1))
        found = found - here if match[1] else found | here
    return sorted(found)


def cpus(value):
    found = members(value)
    return None if found is None else {"text": value, "cpus": found}


def pci(address):
    if address is None or not any(name in address.attrib for name in ("domain", "bus", "slot", "function")):
        return None
    part = lambda name: any_base(address.get(name, "0"))
    return "%04x:%02x:%02x.%x" % (part("domain"), part("bus"), part("slot"), part("function"))


def hosts(source):
    return [only(host, ("name", "port", "transport", "socket")) for host in source.xpath("host")] or None


def disk_source(disk):
    source = first(disk, "source")
    if source is None:
        return None
    found = attributes(source)
    found.update(given(hosts=hosts(source)))
    if disk.get("type") == "nvme":
        found.update(given(pci=pci(first(source, "address"))))
    return found or None


def disk(node):
    source = disk_source(node)
    path = next((source[name] for name in ("file", "dev", "dir") if source and name in source), None)
    driver = first(node, "driver")
    driver = only(driver, ("name", "type", "cache", "io", "discard")) if driver is not None else None
    return given(
        type=node.get("type", "file"), device=node.get("device", "disk"), source=source, path=path,
        target=given(dev=attr(node, "target/@dev") or "", bus=attr(node, "target/@bus")), driver=driver or None,
        readonly=first(node, "readonly") is not None, shareable=first(node, "shareable") is not None,
        serial=text(node, "serial"), bootOrder=number(attr(node, "boot/@order")), alias=attr(node, "alias/@name"))


def usb(source):
    return given(vendor=attr(source, "vendor/@id"), product=attr(source, "product/@id"),
                 bus=any_base(attr(source, "address/@bus")), device=any_base(attr(source, "address/@device")))


def vlans(node):
    return [any_base(tag) for tag in node.xpath("vlan/tag/@id")]


def interface(node):
    kind = node.get("type", "")
    source, target, port = first(node, "source"), first(node, "target"), first(node, "virtualport")
    told = attributes(source)
    local = first(source, "local")
    if local is not None:
        told["local"] = only(local, ("address", "port"))
    hostdev = kind == "hostdev"
    bus = attr(source, "address/@type") or "pci"
    return given(
        type=kind, mac=attr(node, "mac/@address"), source=told or None,
        target=None if target is None else given(dev=target.get("dev"), managed=yes(target.get("managed"))),
        model=attr(node, "model/@type"), mtu=number(attr(node, "mtu/@size")), linkState=attr(node, "link/@state"),
        virtualport=None if port is None else given(
            type=port.get("type"), parameters=attributes(first(port, "parameters"))),
        vlans=vlans(node), filter=attr(node, "filterref/@filter"), bootOrder=number(attr(node, "boot/@order")),
        pci=pci(first(source, "address")) if hostdev and bus == "pci" else None,
        usb=usb(source) if hostdev and bus == "usb" else None,
        managed=yes(node.get("managed")) or False if hostdev else None, alias=attr(node, "alias/@name"))


def hostdev(node):
    mode, kind, source = node.get("mode", "subsystem"), node.get("type", ""), first(node, "source")
    address = first(source, "address")
    return given(
        mode=mode, type=kind, managed=yes(node.get("managed")) or False, source=attributes(source) or None,
        pci=pci(address) if kind == "pci" else None, usb=usb(source) if kind == "usb" else None,
        mdev=given(uuid=address.get("uuid"), model=node.get("model")) if kind == "mdev" else None,
        scsi=given(adapter=attr(source, "adapter/@name"), bus=number(attr(source, "address/@bus")),
                   target=number(attr(source, "address/@target")), unit=number(attr(source, "address/@unit")),
                   protocol=source.get("protocol"), name=source.get("name"), hosts=hosts(source))
        if kind == "scsi" else None,
        scsiHost=given(protocol=source.get("protocol"), wwpn=source.get("wwpn")) if kind == "scsi_host" else None,
        capability=text(source, "block | char | interface") if mode == "capabilities" else None,
        driver=attr(node, "driver/@name"), iommufd=yes(attr(node, "driver/@iommufd")), alias=attr(node, "alias/@name"))


def filesystem(node):
    return given(
        type=node.get("type", "mount"), accessmode=node.get("accessmode"), driver=attr(node, "driver/@type"),
        source=attributes(first(node, "source")), target=attr(node, "target/@dir") or "",
        readonly=first(node, "readonly") is not None, alias=attr(node, "alias/@name"))


def graphics(node):
    return given(
        type=node.get("type", ""), port=number(node.get("port")), tlsPort=number(node.get("tlsPort")),
        websocket=number(node.get("websocket")), autoport=yes(node.get("autoport")) or False,
        listen=node.get("listen") or attr(node, "listen[@type='address']/@address"),
        socket=node.get("socket") or attr(node, "listen[@type='socket']/@socket"))


def host_pci(root):
    places = root.xpath("devices/hostdev[@type='pci']/source/address") + \
        root.xpath("devices/interface[@type='hostdev']/source/address[@type='pci']") + \
        root.xpath("devices/disk//source[@type='pci']/address")
    found = []
    for address in map(pci, places):
        if address is not None and address not in found:
            found.append(address)
    return found


def namespaces(root):
    found = []
    for node in root.xpath("metadata/*"):
        uri = node.tag[1:].partition("}")[0] if node.tag.startswith("{") else ""
        if uri and uri not in found:
            found.append(uri)
    return found


def written(element):
    local = element.tag.rpartition("}")[2]
    return "%s:%s" % (element.prefix, local) if element.prefix else local


def domain(root):
    os, cpu, topology = first(root, "os"), first(root, "cpu"), first(root, "cpu/topology")
    memory, vcpus = size(root, "memory"), number(text(root, "vcpu"))
    vcpus = 1 if vcpus is None else vcpus
    current, most = size(root, "currentMemory"), size(root, "maxMemory")
    numa, iommufd, pages = first(root, "numatune/memory"), first(root, "iommufd"), first(root, "memoryBacking/hugepages")
    nvram, varstore = first(os, "nvram"), first(os, "varstore")
    if nvram is not None:
        source = first(nvram, "source")
        nvram = "".join(nvram.itertext()).strip() if source is None else source.get("file") or source.get("dev")
    pins = lambda name, number_of: [
        {number_of: number(pin.get(number_of)), "text": pin.get("cpuset"), "cpuset": members(pin.get("cpuset"))}
        for pin in root.xpath("cputune/" + name) if members(pin.get("cpuset")) is not None]
    return given(
        type=root.get("type", ""), id=number(root.get("id")), name=text(root, "name") or "",
        uuid=(text(root, "uuid") or "").strip(), hwuuid=text(root, "hwuuid"), title=text(root, "title"),
        description=text(root, "description"), genid=text(root, "genid"),
        memoryKiB=(memory or {"KiB": 0})["KiB"], currentMemoryKiB=(current or memory or {"KiB": 0})["KiB"],
        maxMemoryKiB=most and most["KiB"], sizes=given(memory=memory, currentMemory=current, maxMemory=most),
        vcpus=vcpus, currentVcpus=number(attr(root, "vcpu/@current")) or vcpus,
        vcpuPlacement=attr(root, "vcpu/@placement"), vcpuCpuset=cpus(attr(root, "vcpu/@cpuset")),
        iothreads=number(text(root, "iothreads")),
        iommufd=None if iommufd is None else given(
            enabled=yes(iommufd.get("enabled")), fdgroup=iommufd.get("fdgroup")),
        os=given(
            type=text(os, "type") or "", arch=attr(os, "type/@arch"), machine=attr(os, "type/@machine"),
            firmware=attr(os, "@firmware"), loader=text(os, "loader") or None, nvram=nvram or None,
            varstore=None if varstore is None else only(varstore, ("path", "template")),
            kernel=text(os, "kernel"), initrd=text(os, "initrd"), cmdline=text(os, "cmdline"),
            boot=[str(dev) for dev in root.xpath("os/boot/@dev")], init=text(os, "init"),
            initargs=["".join(one.itertext()) for one in root.xpath("os/initarg")]),
        bootloader=text(root, "bootloader"),
        cpu=None if cpu is None else given(
            mode=cpu.get("mode"), model=text(cpu, "model"),
            topology=None if topology is None else given(**{
                name: number(topology.get(name)) for name in ("sockets", "dies", "clusters", "cores", "threads")})),
        features=[written(one) for one in root.xpath("features/*")], emulator=text(root, "devices/emulator"),
        disks=[disk(one) for one in root.xpath("devices/disk")],
        interfaces=[interface(one) for one in root.xpath("devices/interface")],
        hostdevs=[hostdev(one) for one in root.xpath("devices/hostdev")],
        filesystems=[filesystem(one) for one in root.xpath("devices/filesystem")],
        graphics=[graphics(one) for one in root.xpath("devices/graphics")], hostPciAddresses=host_pci(root),
        cputune=given(
            pins=pins("vcpupin", "vcpu"), emulatorPin=cpus(attr(root, "cputune/emulatorpin/@cpuset")),
            iothreadPins=pins("iothreadpin", "iothread"), shares=number(text(root, "cputune/shares")),
            period=number(text(root, "cputune/period")), quota=number(text(root, "cputune/quota"))),
        memoryBacking=given(
            hugepages=None if pages is None else [
                given(sizeKiB=found["KiB"], size=found, nodeset=cpus(page.get("nodeset")))
                for page in pages.xpath("page") for found in [size_of(page.get("size"), page.get("unit"))]],
            nosharepages=first(root, "memoryBacking/nosharepages") is not None,
            locked=first(root, "memoryBacking/locked") is not None,
            source=attr(root, "memoryBacking/source/@type"), access=attr(root, "memoryBacking/access/@mode")),
        numatune=None if numa is None else given(
            mode=numa.get("mode"), nodeset=cpus(numa.get("nodeset")), placement=numa.get("placement")),
        metadataNamespaces=namespaces(root))


def prefix_of(ip):
    if ip.get("prefix"):
        return number(ip.get("prefix"))
    mask = ip.get("netmask")
    return None if mask is None else sum(bin(int(part)).count("1") for part in mask.split("."))


def network(root):
    forward = first(root, "forward")
    return given(
        name=text(root, "name") or "", uuid=(text(root, "uuid") or "").strip(), bridge=attr(root, "bridge/@name"),
        forward=None if forward is None else given(
            mode=forward.get("mode", "nat"), dev=forward.get("dev"),
            interfaces=[str(dev) for dev in forward.xpath("interface/@dev")],
            pci=[pci(address) for address in forward.xpath("address")]),
        ips=[given(
            address=ip.get("address"), family=ip.get("family", "ipv4"), netmask=ip.get("netmask"), prefix=prefix_of(ip),
            dhcpRanges=[{"start": one.get("start"), "end": one.get("end")} for one in ip.xpath("dhcp/range")],
            dhcpHosts=[only(one, ("mac", "name", "ip", "id")) for one in ip.xpath("dhcp/host")])
            for ip in root.xpath("ip")],
        portgroups=[{"name": one.get("name"), "default": one.get("default") == "yes"} for one in root.xpath("portgroup")],
        domainName=attr(root, "domain/@name"), mac=attr(root, "mac/@address"), mtu=number(attr(root, "mtu/@size")),
        connections=number(root.get("connections")), virtualport=attr(root, "virtualport/@type"),
        zone=attr(root, "bridge/@zone"), vlans=vlans(root), metadataNamespaces=namespaces(root))


def port(root):
    owner, plug = first(root, "owner"), first(root, "plug")
    return given(
        uuid=text(root, "uuid"),
        owner=None if owner is None else given(name=text(owner, "name"), uuid=text(owner, "uuid")),
        group=text(root, "group"), mac=attr(root, "mac/@address"),
        plug=None if plug is None else given(
            type=plug.get("type"), bridge=plug.get("bridge"), dev=plug.get("dev"), mode=plug.get("mode"),
            pci=pci(first(plug, "address")), managed=yes(plug.get("managed"))),
        vlans=vlans(root), virtualport=attr(root, "virtualport/@type"),
        classId=number(attr(root, "bandwidth/@classID")), trustGuest=yes(attr(root, "rxfilters/@trustGuest")),
        isolated=yes(attr(root, "port/@isolated")))


def older_port(root):
    """Of a libvirt before 5.5.0: the interface beside the domain, or the only one that the domain has on the network."""
    owner, plugged = first(root, "domain"), first(root, "interface")
    if plugged is None and owner is not None:
        on = [one for one in owner.xpath("devices/interface")
              if attr(one, "source/@network") == text(root, "network/name")]
        plugged = on[0] if len(on) == 1 else None
    if owner is None and plugged is None:
        return None
    seen = None if plugged is None else interface(plugged)
    source = (seen or {}).get("source", {})
    plug = None
    if source.get("bridge"):
        plug = {"type": "bridge" if seen["type"] == "bridge" else "network", "bridge": source["bridge"]}
    return given(
        owner=None if owner is None else {"name": text(owner, "name"), "uuid": text(owner, "uuid")},
        group=source.get("portgroup"), mac=seen and seen.get("mac"), plug=plug, vlans=seen["vlans"] if seen else [])


def model(root, is_network):
    if not is_network:
        return {"domain": domain(root)}
    if root.tag == "network":
        return {"network": network(root)}
    told, sent = first(root, "networkport"), first(root, "domain")
    return given(network=network(first(root, "network")), domain=None if sent is None else domain(sent),
                 port=older_port(root) if told is None else port(told))
