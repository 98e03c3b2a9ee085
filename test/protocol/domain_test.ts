import assert from "node:assert/strict";
import { domainModel } from "../../src/protocol/domain.ts";
import { cpuSet } from "../../src/protocol/domain_cpuset.ts";
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

for (
  const [what, xml, expected] of [
    ["a KVM domain with passed-through devices", "xml/vfio.xml", "xml/vfio.json"],
    ["a Xen domain", "xml/xen.xml", "xml/xen.json"],
    ["a bhyve domain", "xml/bhyve.xml", "xml/bhyve.json"],
    ["an LXC container", "xml/lxc.xml", "xml/lxc.json"],
    ["a recorded QEMU domain on a network", "12.8.0/205-qemu-started.xml", "xml/recorded-qemu.json"],
    ["a recorded LXC container", "12.8.0/262-lxc-started.xml", "xml/recorded-lxc.json"],
  ] as const
) {
  Deno.test(`domainModel() reads ${what}`, () => {
    assert.deepEqual(model(fixtureText(xml)), JSON.parse(fixtureText(expected)));
  });
}

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
  assert.ok(!JSON.stringify(model(fixtureText("xml/vfio.xml"))).includes("secret"));
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

Deno.test("cpuSet() reads ranges and exclusions in order", () => {
  assert.deepEqual(cpuSet("8,0-3,^2")!.cpus, [0, 1, 3, 8]);
  assert.deepEqual(cpuSet("^1,0-2")!.cpus, [0, 1, 2]);
  for (const bad of ["", "a", "3-1", "0-4294967295", "0,,1", "1-", "^1-2", "99999"]) {
    assert.equal(cpuSet(bad), undefined, bad);
  }
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
  const domain = root(fixtureText("xml/vfio.xml"));
  assert.deepEqual(elementData(metadataElement(domain, "urn:example:note")!), {
    name: "note",
    namespace: "urn:example:note",
    attributes: { xmlns: "urn:example:note", by: "me" },
    text: "keep ",
    children: [{ name: "b", namespace: "urn:example:note", attributes: {}, text: "this", children: [] }],
  });
  const osinfo = metadataElement(domain, "http://libosinfo.org/xmlns/libvirt/domain/1.0")!;
  assert.equal(elementData(osinfo).children[0]!.attributes.id, "http://microsoft.com/win/11");
  assert.equal(metadataElement(domain, "urn:other"), undefined);
});
