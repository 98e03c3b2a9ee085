import assert from "node:assert/strict";
import { domainModel } from "../../src/protocol/domain.ts";
import { isCpuSet } from "../../src/protocol/domain_cpuset.ts";
import { hasHostDevice } from "../../src/protocol/host_devices.ts";
import { size, unitBytes } from "../../src/protocol/domain_size.ts";
import { pciAddress } from "../../src/protocol/pci_address.ts";
import { elementData, metadataElement } from "../../src/protocol/xml/element_data.ts";
import { parseDocument } from "../../src/protocol/xml/parse_document.ts";
import { fixtureText, recordedDocuments } from "./xml/fixtures.ts";

function root(xml: string) {
  const { document, issue } = parseDocument(xml, { source: "test" });
  assert.equal(issue, undefined);
  return document!.root;
}

const model = (xml: string) => domainModel(root(xml));

Deno.test("domainModel() reads every recorded domain and survives JSON unchanged", () => {
  const domains = recordedDocuments().filter(({ name }) => !name.includes("network"));
  assert.ok(domains.length > 300);
  for (const { name, bytes } of domains) {
    const data = model(new TextDecoder().decode(bytes));
    assert.match(data.uuid, /^[0-9a-f]{8}-/, name);
    assert.notEqual(data.name, "", name);
    assert.ok(data.memoryKiB > 0, name);
    assert.deepEqual(JSON.parse(JSON.stringify(data)), data);
  }
});

Deno.test("domainModel() reads a domain with nothing in it", () => {
  const data = model("<domain/>");
  assert.deepEqual([data.name, data.uuid, data.memoryKiB, data.vcpus, data.disks], ["", "", 0, 1, []]);
});

Deno.test("domainModel() takes currentMemory from memory and current vcpus from vcpus where they are missing", () => {
  const data = model("<domain><memory unit='GiB'>2</memory><vcpu>4</vcpu></domain>");
  assert.deepEqual([data.currentMemoryKiB, data.currentVcpus], [2097152, 4]);
});

Deno.test("domainModel() gives no password of graphics", () => {
  assert.ok(
    !JSON.stringify(model("<domain><devices><graphics passwd='secret'/></devices></domain>")).includes(
      "secret",
    ),
  );
});

Deno.test("domainModel() gives parts with odd numbers as absent instead of wrong", () => {
  const data = model(
    "<domain id='x'><memory unit='parsec'>5</memory><vcpu cpuset='5-1'>many</vcpu><iothreads>1e3</iothreads></domain>",
  );
  assert.deepEqual(
    [data.id, data.memoryKiB, data.vcpus, data.vcpuCpuset, data.iothreads],
    [undefined, 0, 1, undefined, undefined],
  );
});

Deno.test("domainModel() reads names that are special to JavaScript as data", () => {
  const data = model(
    "<domain><devices><filesystem><source __proto__='x' constructor='y'/></filesystem></devices></domain>",
  );
  assert.deepEqual(Object.entries(data.filesystems[0]!.source), [["__proto__", "x"], ["constructor", "y"]]);
  assert.deepEqual(Object.keys(elementData(root("<a __proto__='x'/>")).attributes), ["__proto__"]);
});

Deno.test("size() knows all of libvirt's units in any case", () => {
  const units: [string, bigint][] = [
    ["b", 1n],
    ["byte", 1n],
    ["bytes", 1n],
    ["Bytes", 1n],
    ["KB", 1000n],
    ["k", 1024n],
    ["K", 1024n],
    ["KiB", 1024n],
    ["kib", 1024n],
    ["MB", 1000n ** 2n],
    ["M", 1024n ** 2n],
    ["MiB", 1024n ** 2n],
    ["GB", 1000n ** 3n],
    ["G", 1024n ** 3n],
    ["GiB", 1024n ** 3n],
    ["TB", 1000n ** 4n],
    ["T", 1024n ** 4n],
    ["TiB", 1024n ** 4n],
    ["PB", 1000n ** 5n],
    ["PiB", 1024n ** 5n],
    ["EB", 1000n ** 6n],
    ["EiB", 1024n ** 6n],
  ];
  for (const [unit, bytes] of units) assert.equal(unitBytes(unit), bytes, unit);
  for (const unit of ["", "KiBi", "x", "bit", "K B", "ZiB"]) assert.equal(unitBytes(unit), undefined, unit);
});

Deno.test("size() rounds up to KiB and keeps value and unit", () => {
  assert.deepEqual(size("1025", "b"), { value: "1025", unit: "b", bytes: 1025, KiB: 2 });
  assert.deepEqual(size(" 4 ", undefined), { value: "4", unit: "KiB", bytes: 4096, KiB: 4 });
});

Deno.test("size() stays exact beyond 2^53 and gives up where it cannot", () => {
  // What libvirt prints for "no limit": its bytes are no exact number, its KiB are.
  assert.deepEqual(size("9007199254740991", "KiB"), {
    value: "9007199254740991",
    unit: "KiB",
    KiB: 9007199254740991,
  });
  assert.equal(size("7", "EiB")!.KiB, 7 * 2 ** 50);
  for (const [value, unit] of [["8", "EiB"], ["99999999999999999999", "EB"], ["9".repeat(40), "b"]]) {
    assert.equal(size(value, unit), undefined, value);
  }
});

Deno.test("isCpuSet() knows libvirt's form of sets, without counting members", () => {
  for (
    const good of [
      "8,0-3,^2",
      "^1,0-2",
      "0-16383",
      " 1 , 2 ",
      Array(16_384).fill("0-16383").join(",").slice(0, 131_071),
    ]
  ) {
    assert.equal(isCpuSet(good), true, good.slice(0, 20));
  }
  for (
    const bad of [
      "",
      "a",
      "3-1",
      "0-4294967295",
      "0,,1",
      "0,",
      ",0",
      "1-",
      "^1-2",
      "99999",
      "0-16384",
      "1".repeat(131_073),
    ]
  ) {
    assert.equal(isCpuSet(bad), false, bad.slice(0, 20));
  }
});

Deno.test("domainModel() gives the controllers of NVMe disks, of backing files and mirrors too, once each", () => {
  const source = (bus: string) =>
    `<source type='pci' managed='yes' namespace='1'><address domain='0x0000' bus='${bus}' slot='0x00' function='0x0'/>`;
  const data = model(
    `<domain><devices><disk type='nvme'>${source("0x01")}</source></disk><disk type='nvme'>${
      source("0x01")
    }</source></disk>` +
      `<disk type='file'><source file='a'><dataStore type='nvme'>${
        source("0x04")
      }</source></dataStore></source>` +
      `<backingStore type='file'><source file='b'/><backingStore type='nvme'>${
        source("0x02")
      }</source></backingStore></backingStore>` +
      `<mirror type='nvme'>${source("0x03")}</source></mirror></disk></devices></domain>`,
  );
  assert.deepEqual(data.hostPciAddresses, ["0000:01:00.0", "0000:02:00.0", "0000:03:00.0", "0000:04:00.0"]);
  assert.deepEqual(data.disks[0]!.source, {
    type: "pci",
    managed: "yes",
    namespace: "1",
    pci: "0000:01:00.0",
  });
});

Deno.test("domainModel() gives every attribute of a source, and no address of a PCI device for a USB one", () => {
  const { interfaces: [one] } = model(
    "<domain><devices><interface type='hostdev'><source newer='x'><address type='usb' bus='1' device='5'/></source></interface></devices></domain>",
  );
  assert.deepEqual([one!.source, one!.pci, one!.usb], [{ newer: "x" }, undefined, { bus: 1, device: 5 }]);
});

Deno.test("hasHostDevice() knows hostdevs, interfaces that are one, and NVMe disks", () => {
  const has = (device: string) => hasHostDevice(root(`<domain><devices>${device}</devices></domain>`));
  assert.equal(has("<hostdev type='usb'/>"), true);
  assert.equal(has("<interface type='hostdev'/>"), true);
  assert.equal(has("<disk type='nvme'><source type='pci'><address bus='1'/></source></disk>"), true);
  assert.equal(has("<disk type='file'><source file='a'/></disk><interface type='network'/>"), false);
});

Deno.test("a list of a model holds no more than its bounds, and says so", () => {
  const domain = (device: string, times: number) =>
    `<domain><devices>${device.repeat(times)}</devices></domain>`;
  assert.equal(model(domain("<disk/>", 16_384)).disks.length, 16_384);
  assert.throws(() => model(domain("<disk/>", 16_385)), /the list exceeds 16384 <disk> in <devices>/);
  const large = `<disk><serial>${"x".repeat(5_000)}</serial></disk>`;
  assert.throws(() => model(domain(large, 1_000)), /the <disk> elements have 50\d{5} characters/);
  assert.throws(
    () => model(`<domain><title>${"x".repeat(5_000_000)}</title></domain>`),
    /<title> has 5000000/,
  );
});

Deno.test("pciAddress() writes addresses as sysfs does", () => {
  const address = (attributes: string) => pciAddress(root(`<address ${attributes}/>`));
  assert.equal(address("domain='0x0000' bus='0x01' slot='0x1f' function='0x7'"), "0000:01:1f.7");
  assert.equal(address("bus='10' slot='020' function='1'"), "0000:0a:10.1");
  assert.equal(address("domain='0xABCDE' bus='0' slot='0' function='0'"), "abcde:00:00.0");
  for (const bad of ["bus='0x100'", "slot='32'", "function='8'", "bus='-1'", "bus='x'", "type='pci'"]) {
    assert.equal(address(bad), undefined, bad);
  }
});

Deno.test("metadataElement() finds the element of a namespace whatever its prefix", () => {
  const domain = root(fixtureText("xml/libvirt-9.0.0/qemu-prepare-wide.xml"));
  assert.deepEqual(elementData(metadataElement(domain, "urn:example:note")!), {
    name: "n:note",
    namespace: "urn:example:note",
    attributes: { "xmlns:n": "urn:example:note", by: "me" },
    text: "keep ",
    children: [{ name: "n:b", namespace: "urn:example:note", attributes: {}, text: "this", children: [] }],
  });
  const osinfo = metadataElement(domain, "http://libosinfo.org/xmlns/libvirt/domain/1.0")!;
  assert.equal(elementData(osinfo).children[0]!.attributes.id, "http://microsoft.com/win/11");
  assert.equal(metadataElement(domain, "urn:other"), undefined);
});
