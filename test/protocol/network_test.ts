import assert from "node:assert/strict";
import { hookDataElements } from "../../src/protocol/hook_data_elements.ts";
import { hookDataModel, networkModel } from "../../src/protocol/network.ts";
import { parseDocument } from "../../src/protocol/xml/parse_document.ts";
import { recordedDocuments } from "./xml/fixtures.ts";

function root(xml: string) {
  const { document, issue } = parseDocument(xml, { source: "test" });
  assert.equal(issue, undefined);
  return document!.root;
}

const model = (xml: string) => hookDataModel(root(xml));

Deno.test("hookDataModel() reads every recorded network call and survives JSON unchanged", () => {
  const calls = recordedDocuments().filter(({ name }) => name.includes("-network-"));
  assert.ok(calls.length > 80);
  for (const { name, bytes } of calls) {
    const data = model(new TextDecoder().decode(bytes));
    assert.match(data.network!.uuid, /^[0-9a-f]{8}-/, name);
    assert.equal(data.port !== undefined, name.includes("port-"), name);
    if (data.port !== undefined) assert.notEqual(data.port.plug?.type, undefined, name);
    assert.deepEqual(JSON.parse(JSON.stringify(data)), data);
  }
});

const older = (interfaces: string) =>
  `<hookData><network><name>n</name></network><domain><name>d</name><uuid>u</uuid><devices>${interfaces}</devices></domain></hookData>`;
const nic = (mac: string, source: string, type = "network") =>
  `<interface type='${type}'><mac address='${mac}'/><source ${source}/></interface>`;

Deno.test("hookDataModel() takes the port from an older libvirt's domain when one interface is on the network", () => {
  const { port, domain } = model(older(nic("a", "network='n' portgroup='g'") + nic("b", "network='other'")));
  assert.deepEqual(port, { owner: { name: "d", uuid: "u" }, group: "g", mac: "a", vlans: [] });
  assert.equal(domain?.interfaces.length, 2);
});

Deno.test("hookDataModel() tells only the owner of the port when an older libvirt's domain leaves it open", () => {
  const { port } = model(older(nic("a", "network='n'") + nic("b", "network='n'")));
  assert.deepEqual(port, { owner: { name: "d", uuid: "u" }, vlans: [] });
});

Deno.test("hookDataModel() tells what an older libvirt's interface was plugged into", () => {
  const plug = (interfaceXml: string) =>
    model(`<hookData>${interfaceXml}<network><name>n</name></network></hookData>`).port?.plug;
  assert.deepEqual(plug(nic("a", "bridge='br0'", "bridge")), { type: "bridge", bridge: "br0" });
  assert.deepEqual(plug(nic("a", "dev='eth0' mode='vepa'", "direct")), {
    type: "direct",
    dev: "eth0",
    mode: "vepa",
  });
  const hostdev =
    "<interface type='hostdev' managed='yes'><source><address type='pci' bus='1'/></source></interface>";
  assert.deepEqual(plug(hostdev), { type: "hostdev-pci", pci: "0000:01:00.0", managed: true });
  assert.equal(plug("<interface type='network'><source network='n'/></interface>"), undefined);
});

Deno.test("hookDataModel() gives no port for a network that starts", () => {
  const data = model("<hookData><network><name>n</name></network></hookData>");
  assert.deepEqual(Object.keys(data), ["network"]);
});

Deno.test("hookDataElements() takes a bare network", () => {
  assert.equal(hookDataElements(root("<network/>")).network?.name, "network");
  assert.deepEqual(Object.keys(hookDataElements(root("<hookData/>"))), []);
});

Deno.test("networkModel() turns a netmask into a prefix", () => {
  const ip = (attributes: string) => networkModel(root(`<network><ip ${attributes}/></network>`)).ips[0]!;
  assert.equal(ip("netmask='255.255.240.0'").prefix, 20);
  assert.equal(ip("netmask='0.0.0.0'").prefix, 0);
  assert.equal(ip("netmask='255.0.255.0'").prefix, undefined);
  assert.equal(ip("netmask='999.0.0.0'").prefix, undefined);
  assert.equal(ip("prefix='64' family='ipv6'").prefix, 64);
});

Deno.test("networkModel() takes nat for a forward without mode, and a missing forward as isolated", () => {
  assert.equal(networkModel(root("<network><forward/></network>")).forward?.mode, "nat");
  assert.equal(networkModel(root("<network/>")).forward, undefined);
});
