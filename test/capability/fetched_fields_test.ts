import assert from "node:assert/strict";
import { Caller, grantOf, runningHandler } from "./support.ts";
import { recordedDocuments } from "../protocol/xml/fixtures.ts";
import { Deadline } from "../../src/base/deadline.ts";
import { CAPABILITIES } from "../../src/capability/capabilities.ts";
import type { Capability } from "../../src/capability/capability.ts";
import { domainModel } from "../../src/protocol/domain.ts";
import { hookDataModel } from "../../src/protocol/network.ts";
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

Deno.test("a handler sees all of the models of every recorded document, field by field in their order", async () => {
  const documents = recordedDocuments();
  assert.ok(documents.length > 300);
  for (const { name, bytes } of documents) {
    const xml = new TextDecoder().decode(bytes);
    const isNetwork = name.includes("network");
    const { root } = runningHandler({ xml }).data.document;
    const { domain, network, port } = isNetwork
      ? hookDataModel(root)
      : { domain: domainModel(root), network: undefined, port: undefined };
    const body = "host.log.info(JSON.stringify([event.domain, event.network, event.port]));";
    assert.equal(await said(body, xml, isNetwork), JSON.stringify([domain, network, port]), name);
  }
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
