import assert from "node:assert/strict";
import { Caller, grantOf, runningHandler } from "./support.ts";
import { allDocuments } from "../protocol/xml/fixtures.ts";
import { LxmlPeer } from "../protocol/xml/lxml_peer.ts";
import { Deadline } from "../../src/base/deadline.ts";
import { CAPABILITIES } from "../../src/capability/capabilities.ts";
import type { Capability } from "../../src/capability/capability.ts";
import { parseDocument } from "../../src/protocol/xml/parse_document.ts";
import { runHandler } from "../../src/sandbox/run_handler.ts";
import { Loop } from "../../src/system/loop.ts";

/** What a handler says of an event with this XML. */
async function said(body: string, xml: string, isNetwork = false): Promise<string> {
  let text = "";
  const log: Capability = {
    ...CAPABILITIES.get("log")!,
    run: ([, one]) => {
      text += one;
      return { value: null };
    },
  };
  const { outcome } = await runHandler({
    file: "/handlers/10-a.js",
    source: `export default (event, host) => { ${body} };`,
    event: { name: "v1" },
    options: {},
    deadline: Deadline.in(10_000),
    host: {
      handler: runningHandler({ driver: isNetwork ? "network" : "qemu", xml }),
      grant: grantOf({}),
      capabilities: new Map([...CAPABILITIES, ["log", log]]),
    },
  }, new Loop());
  assert.deepEqual(outcome, { ok: true });
  return text;
}

Deno.test("a handler sees of every document, field by field, what lxml reads by handler.d.ts", async () => {
  const documents = allDocuments();
  assert.ok(documents.length > 500);
  await using peer = await LxmlPeer.start();
  const questions = documents.map(({ name, bytes }) => {
    const xml = new TextDecoder().decode(bytes);
    return { do: "model", xml, isNetwork: /network|hookdata/.test(name), name };
  });
  const answers = await peer.ask<{ model: Record<string, unknown> }>(questions);
  for (const [i, { xml, isNetwork, name }] of questions.entries()) {
    // A network that is defined is sent to no hook by itself.
    if (name.includes("net-define")) continue;
    const body = "host.log.info(JSON.stringify([event.domain, event.network, event.port]));";
    const { domain, network, port } = answers[i]!.model;
    assert.deepEqual(
      JSON.parse(await said(body, xml, isNetwork)),
      JSON.parse(JSON.stringify([domain, network, port])),
      name,
    );
  }
});

Deno.test("a handler's sets of CPUs are counted out when it looks, once, and no more than a million", async () => {
  const pins = (count: number, set: string) =>
    `<domain><memory>7</memory><vcpu cpuset='8,0-3,^2'>2</vcpu><cputune>${
      Array.from({ length: count }, (_, i) => `<vcpupin vcpu='${i}' cpuset='${set}'/>`).join("")
    }</cputune></domain>`;
  const read = "const { pins } = event.domain.cputune; ";
  assert.equal(await said("host.log.info(event.domain.memoryKiB)", pins(16_384, "0-16383")), "7");
  assert.equal(
    await said("host.log.info(JSON.stringify(event.domain.vcpuCpuset))", pins(1, "0")),
    '{"text":"8,0-3,^2","cpus":[0,1,3,8]}',
  );
  assert.equal(await said(read + "host.log.info(pins[9].cpuset.join())", pins(10, "^1,0-2,5")), "0,1,2,5");
  assert.equal(
    await said(read + "host.log.info(String(pins[0].cpuset === pins[0].cpuset))", pins(1, "0-9")),
    "true",
  );
  assert.equal(
    await said(read + "pins[0].cpuset = [1]; host.log.info(JSON.stringify(pins[0]))", pins(1, "0")),
    '{"vcpu":0,"text":"0","cpuset":[1]}',
  );
  assert.equal(
    await said(
      read + "host.log.info(String(pins.reduce((sum, { cpuset }) => sum + cpuset.length, 0)))",
      pins(244, "0-4095"),
    ),
    "999424",
  );
  const all =
    "try { for (const pin of pins) pin.cpuset } catch (error) { host.log.info(error.name + ': ' + error.message) }";
  assert.match(
    await said(read + all, pins(1_024, "0-4095")),
    /^HookDataError: event\.domain: .* more than a million members in all: read their text$/,
  );
});

Deno.test("a field that would be too large fails by itself, and no other", async () => {
  const xml =
    `<domain><name>v1</name><memory>7</memory><description>${"x".repeat(5_000_000)}</description><devices>` +
    "<disk/>".repeat(20_000) + "<interface type='bridge'/></devices></domain>";
  const why = (field: string) =>
    `try { ${field}; host.log.info("none") } catch (error) { host.log.info(error.message) }`;
  assert.equal(
    await said(
      "host.log.info(event.domain.name + event.domain.memoryKiB + event.domain.interfaces[0].type)",
      xml,
    ),
    "v17bridge",
  );
  assert.match(
    await said(why("event.domain.disks"), xml),
    /^event\.domain\.disks: the list exceeds 16384 <disk> in <devices>/,
  );
  assert.match(
    await said(why("event.domain.description"), xml),
    /^event\.domain\.description: <description> has 5000000 characters/,
  );
  assert.match(
    await said(why('event.domain.findAll("devices/disk")'), xml),
    /^devices\/disk: it leads to more than 10000/,
  );
  assert.match(await said(why('event.domain.find("devices")'), xml), /^none$/);
  assert.match(
    await said(why('event.domain.find("description")'), xml),
    /^description: this exceeds the limit of one answer/,
  );
});

Deno.test("models are made once for each document, and anew when the XML has changed", async () => {
  const handler = runningHandler({
    operation: "migrate",
    xml: "<domain><title>old</title></domain>",
  });
  const caller = new Caller(grantOf({}), undefined, handler);
  const domain = async () => {
    const answer = await caller.call(CAPABILITIES.get("event.domain")!);
    return "value" in answer ? answer.value as { title?: string } : undefined;
  };
  const first = await domain();
  assert.equal(first?.title, "old");
  assert.equal(await domain(), first);
  handler.data.preview = parseDocument("<domain><title>new</title></domain>", { source: "test" }).document;
  assert.equal((await domain())?.title, "new");
  handler.data.preview = undefined;
  assert.equal(await domain(), first);
});
