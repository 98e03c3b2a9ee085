import assert from "node:assert/strict";
import { event, hookData } from "./support.ts";
import { recordedDocuments } from "../protocol/xml/fixtures.ts";
import { Deadline } from "../../src/base/deadline.ts";
import { Grant } from "../../src/capability/grant.ts";
import { eventCapabilities, LAZY_FIELDS } from "../../src/call/event_capabilities.ts";
import { defaultConfig } from "../../src/site/settings.ts";
import { domainModel } from "../../src/protocol/domain.ts";
import { hookDataModel } from "../../src/protocol/network.ts";
import { parseDocument } from "../../src/protocol/xml/parse_document.ts";
import { runHandler } from "../../src/sandbox/run_handler.ts";
import { Loop } from "../../src/system/loop.ts";

/** What a handler says of an event with this XML. */
async function said(body: string, xml: string, isNetwork = false): Promise<string> {
  const { data } = hookData(event(isNetwork ? "network" : "qemu", "v1", "start", "begin", "-"), xml);
  let text = "";
  const { outcome } = await runHandler({
    file: "/handlers/10-a.js",
    source: `export default (event, host) => { ${body} };`,
    event: { name: "v1" },
    lazy: LAZY_FIELDS,
    options: {},
    grant: new Grant(
      "10-a",
      { exec: [], read: [], write: [], runAs: [], env: [], xml: false },
      defaultConfig().policy,
    ),
    capabilities: new Map([...eventCapabilities(data, isNetwork), ["log", ([, one]) => {
      text += one;
      return { value: null };
    }]]),
    deadline: Deadline.in(10_000),
  }, new Loop());
  assert.deepEqual(outcome, { ok: true });
  return text;
}

Deno.test("a handler sees all of the models of every recorded document, field by field in their order", async () => {
  const documents = recordedDocuments();
  assert.ok(documents.length > 300);
  for (const { name, bytes } of documents) {
    const xml = new TextDecoder().decode(bytes);
    const isNetwork = name.includes("network");
    const { data } = hookData(event("qemu", "v1", "start", "begin", "-"), xml);
    const { root } = data.document;
    const { domain, network, port } = isNetwork
      ? hookDataModel(root)
      : { domain: domainModel(root), network: undefined, port: undefined };
    const body = "host.log.info(JSON.stringify([event.domain, event.network, event.port]));";
    assert.equal(await said(body, xml, isNetwork), JSON.stringify([domain, network, port]), name);
  }
});

Deno.test("models are made once for each document, and anew when the XML has changed", () => {
  const { data } = hookData(
    event("qemu", "v1", "migrate", "begin", "-"),
    "<domain><title>old</title></domain>",
  );
  const capability = eventCapabilities(data, false).get("event.domain")!;
  const domain = () => {
    const answer = capability([], undefined!);
    return "value" in answer ? answer.value as { title?: string } : undefined;
  };
  const first = domain();
  assert.equal(first?.title, "old");
  assert.equal(domain(), first);
  data.preview = parseDocument("<domain><title>new</title></domain>", { source: "test" }).document;
  assert.equal(domain()?.title, "new");
  data.preview = undefined;
  assert.equal(domain(), first);
});
