import assert from "node:assert/strict";
import { Caller, grantOf, runningHandler, shown } from "./support.ts";
import { CAPABILITIES } from "../../src/capability/capabilities.ts";
import type { Json } from "../../src/base/json.ts";

const XML = `<domain type='kvm'><name>v1</name><title>one</title><metadata>
<a:x xmlns:a='urn:a' k='v'/></metadata><devices><disk><target dev='vda'/></disk><disk><target dev='vdb'/></disk>
</devices></domain>`;

function callerOf({ operation = "migrate", driver = "qemu", xml = XML, mayEdit = true } = {}) {
  const handler = runningHandler({ driver, operation, xml });
  const caller = new Caller(grantOf({ xml: mayEdit }), undefined, handler);
  return {
    handler,
    call: async (name: string, ...args: Json[]) => shown(await caller.call(CAPABILITIES.get(name)!, ...args)),
  };
}

Deno.test("host.xml edits what libvirt gets back, and the handler sees what it has made so far", async () => {
  const { handler, call } = callerOf();
  assert.equal(await call("xml.set", "title", "two"), "1");
  assert.equal(await call("xml.remove", "devices/disk[target/@dev='vda']"), "1");
  assert.equal(await call("xml.append", "devices", "<watchdog model='x'/>"), "1");
  assert.equal(await call("xml.insertBefore", "devices/watchdog", "<before/>"), "1");
  assert.equal(await call("xml.insertAfter", "devices/watchdog", "<after/>"), "1");
  assert.equal(await call("xml.replace", "devices/disk", "<disk new='1'/>"), "1");
  assert.match(
    handler.data.current.text,
    /<title>two<\/title>[^]*<devices>\s*<disk new='1'\/>\s*<before\/>\s*<watchdog model='x'\/>\s*<after\/>\s*<\/devices>/,
  );
  assert.equal(handler.data.changedText, undefined, "nothing counts before the handler has succeeded");
  assert.match(await call("event.domain"), /"title":"two"/);
  assert.equal(await call("xml.remove", "devices/none"), "0", "what is not there needs no removing");
});

Deno.test("host.xml says which operations take XML back, which key allows it, and what is wrong with a path", async () => {
  assert.match(
    await callerOf({ operation: "start" }).call("xml.set", "title", "x"),
    /^NotAllowed host\.xml\.set: libvirt takes XML back only from migrate and restore, not from qemu\/start$/,
  );
  assert.match(
    await callerOf({ mayEdit: false }).call("xml.remove", "title"),
    /^NotAllowed host\.xml\.remove: .*add to allow in 10-a: xml: true$/,
  );
  const { handler, call } = callerOf();
  assert.match(
    await call("xml.set", "title"),
    /^TypeError host\.xml\.set: the arguments must be a path and a text$/,
  );
  assert.match(await call("xml.remove", 1), /^TypeError host\.xml\.remove: the arguments must be a path$/);
  assert.match(await call("xml.set", "none", "x"), /^XmlError host\.xml\.set: "none" matches nothing/);
  assert.match(await call("xml.set", "title[", "x"), /^XmlError host\.xml\.set: /);
  assert.match(await call("xml.append", "devices", "<a>"), /^XmlError host\.xml\.append: /);
  assert.equal(handler.data.preview, undefined);
  assert.match(await callerOf({ xml: "<domain" }).call("xml.set", "title", "x"), /^HookDataError /);
});

Deno.test("find gives the first, findAll all of them; neither more than fits", async () => {
  const { call } = callerOf({ operation: "start" });
  assert.equal(await call("xml.find", "domain", "devices/disk/target/@dev", null, false), `"vda"`);
  assert.equal(await call("xml.find", "domain", "devices/disk/target/@dev", null, true), `["vda","vdb"]`);
  assert.match(await call("xml.find", "domain", "title", null, false), /"name":"title".*"text":"one"/);
  assert.equal(await call("xml.find", "domain", "none", null, false), "null");
  assert.equal(await call("xml.find", "domain", "none", null, true), "[]");
  assert.equal(await call("xml.find", "domain", "metadata/p:x/@k", { p: "urn:a" }, false), `"v"`);
  assert.match(await call("xml.find", "domain", 1, null, false), /^TypeError find: the first argument/);
  assert.match(await call("xml.find", "domain", "a[", null, false), /^TypeError find: /);
  assert.equal(await call("xml.find", "network", "title", null, false), "null", "there is no network here");
  assert.equal(await call("xml.find", "network", "title", null, true), "[]");
  const many = `<domain>${"<a/>".repeat(10_001)}</domain>`;
  const crowd = callerOf({ operation: "start", xml: many });
  assert.match(
    await crowd.call("xml.find", "domain", "a", null, true),
    /^HookDataError a: it leads to more than 10000: ask for less$/,
  );
  assert.match(await crowd.call("xml.find", "domain", "a", null, false), /"name":"a"/);
  const long = callerOf({ operation: "start", xml: `<domain><a>${"x".repeat(3_000_000)}</a></domain>` });
  assert.match(
    await long.call("xml.find", "domain", "a/text()", null, true),
    /^HookDataError a\/text\(\): this exceeds the limit of one answer/,
  );
});

Deno.test("metadata gives the element of a namespace", async () => {
  const { call } = callerOf({ operation: "start" });
  assert.match(
    await call("xml.metadata", "domain", "urn:a"),
    /"namespace":"urn:a","attributes":\{[^}]*"k":"v"/,
  );
  assert.equal(await call("xml.metadata", "domain", "urn:b"), "null");
  assert.match(await call("xml.metadata", "domain", 1), /^TypeError metadata: /);
  assert.match(await callerOf({ xml: "" }).call("xml.metadata", "domain", "urn:a"), /^HookDataError /);
});

Deno.test("in a network's call each part has its own element, the port by either of libvirt's names", async () => {
  const of = (inner: string) =>
    callerOf({ driver: "network", operation: "port-created", xml: `<hookData>${inner}</hookData>` }).call;
  const call = of("<network><name>n</name></network><networkport><uuid>p</uuid></networkport>");
  assert.equal(await call("xml.find", "network", "name/text()", null, false), `"n"`);
  assert.equal(await call("xml.find", "port", "uuid/text()", null, false), `"p"`);
  assert.equal(await call("xml.find", "domain", "name", null, false), "null");
  const older = of("<interface><mac address='x'/></interface><network/><domain><name>d</name></domain>");
  assert.equal(await older("xml.find", "port", "mac/@address", null, false), `"x"`);
  assert.equal(await older("xml.find", "domain", "name/text()", null, false), `"d"`);
  assert.equal(await older("xml.find", "none", "name", null, false), "null");
});
