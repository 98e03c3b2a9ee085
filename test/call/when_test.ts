import assert from "node:assert/strict";
import { event, handler, hookData } from "./support.ts";
import { whenFails } from "../../src/call/when.ts";
import { HookDataError } from "../../src/protocol/hook_data_error.ts";

const DOMAIN = `<domain><name>v1</name><metadata><a:x xmlns:a='urn:a'/></metadata>
<devices><disk device='cdrom'/><interface type='network'><source network='ovs-1'/></interface></devices></domain>`;
const WITH_HOSTDEV = DOMAIN.replace("<disk", "<hostdev type='pci'/><disk");
const WITH_HOSTDEV_INTERFACE = DOMAIN.replace("type='network'", "type='hostdev'");

function fails(when: string, xml = DOMAIN, driver = "qemu"): string | undefined {
  const of = driver === "daemon"
    ? event("daemon", "-", "start", "-", "start")
    : event(driver, "v1", "start", "begin", "-");
  const { manifest } = handler("10-a", `on: ["*/*"]\nwhen: {${when}}`);
  return whenFails(manifest!.when!, of, hookData(of, xml).data);
}

Deno.test("when.hostdev: a domain with a device of the host, or without", () => {
  for (const xml of [WITH_HOSTDEV, WITH_HOSTDEV_INTERFACE]) {
    assert.equal(fails("hostdev: true", xml), undefined);
    assert.match(fails("hostdev: false", xml) ?? "", /has a host device/);
  }
  assert.match(fails("hostdev: true") ?? "", /has no host device/);
  assert.equal(fails("hostdev: false"), undefined);
});

Deno.test("when.metadata: the domain's or the network's own", () => {
  assert.equal(fails(`metadata: "urn:a"`), undefined);
  assert.match(fails(`metadata: "urn:b"`) ?? "", /no metadata of urn:b/);
  const network = "<hookData><network><metadata><a:x xmlns:a='urn:a'/></metadata></network></hookData>";
  assert.equal(fails(`metadata: "urn:a"`, network, "network"), undefined);
  assert.match(fails(`metadata: "urn:a"`, "<hookData/>", "network") ?? "", /no metadata/);
});

Deno.test("when.path: what it leads to exists, or has that value", () => {
  assert.equal(fails(`path: "devices/disk/@device"`), undefined);
  assert.equal(fails(`path: "devices/interface/source/@network=ovs*"`), undefined);
  assert.match(
    fails(`path: "devices/interface/source/@network=br*"`) ?? "",
    /nothing matches devices\/interface/,
  );
  assert.match(fails(`path: "devices/watchdog"`) ?? "", /nothing matches/);
});

Deno.test("when: all conditions together, none in the daemon's calls, and XML that cannot be had is no answer", () => {
  assert.equal(fails(`hostdev: false, metadata: "urn:a", path: "name"`), undefined);
  assert.match(fails(`hostdev: false, metadata: "urn:b", path: "name"`) ?? "", /metadata/);
  assert.match(fails(`hostdev: false, metadata: "urn:a", path: "none"`) ?? "", /path/);
  assert.match(fails("hostdev: false", "", "daemon") ?? "", /the daemon's calls have no XML/);
  assert.throws(() => fails("hostdev: false", "<domain"), HookDataError);
});
