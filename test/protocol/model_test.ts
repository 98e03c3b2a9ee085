import assert from "node:assert/strict";
import { domainModel } from "../../src/protocol/domain.ts";
import { firstOfDomain } from "../../src/protocol/domain.ts";
import { firstOfNetwork, hookDataModel, networkModel } from "../../src/protocol/network.ts";
import { parseDocument } from "../../src/protocol/xml/parse_document.ts";
import { declaredFields } from "./declared_fields.ts";
import { allDocuments } from "./xml/fixtures.ts";
import { LxmlPeer } from "./xml/lxml_peer.ts";

const documents = allDocuments().map(({ name, bytes }) => {
  const xml = new TextDecoder().decode(bytes);
  const { document, issue } = parseDocument(bytes, { source: name });
  assert.equal(issue, undefined);
  const { root } = document!;
  const isNetwork = ["network", "hookData"].includes(root.name);
  return {
    name,
    xml,
    root,
    isNetwork,
    model: isNetwork ? hookDataModel(root) : { domain: domainModel(root) },
  };
});

/** With the sets of CPUs as the host has them: only what is written. */
function unexpanded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unexpanded);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(([name, field]) => [name, unexpanded(field)] as const);
  const isSet = "text" in value && ("cpus" in value || "cpuset" in value);
  return Object.fromEntries(
    fields.map(([name, field]) => [name, isSet && (name === "cpus" || name === "cpuset") ? null : field]),
  );
}

Deno.test("the models of every document hold, value by value, what lxml reads by handler.d.ts", async () => {
  assert.ok(documents.length > 500);
  await using peer = await LxmlPeer.start();
  const answers = await peer.ask<{ model: unknown }>(
    documents.map(({ xml, isNetwork }) => ({ do: "model", xml, isNetwork })),
  );
  for (const [i, { name, model }] of documents.entries()) {
    assert.deepEqual(model, unexpanded(answers[i]!.model), name);
  }
});

Deno.test("every field that handler.d.ts promises is in a document", () => {
  const seen = new Set<string>();
  const note = (path: string, value: unknown): void => {
    seen.add(path);
    if (Array.isArray(value)) { for (const one of value) note(path, one); }
    else if (typeof value === "object" && value !== null) {
      for (const [name, field] of Object.entries(value)) note(`${path}.${name}`, field);
    }
  };
  for (const { model } of documents) for (const [part, value] of Object.entries(model)) note(part, value);
  const promised = [
    ...declaredFields("DomainData", "domain"),
    ...declaredFields("NetworkData", "network"),
    ...declaredFields("NetworkPortData", "port"),
  ];
  assert.ok(promised.length > 150, `${promised.length}`);
  assert.deepEqual(promised.filter((path) => !seen.has(path)), []);
});

Deno.test("what a handler gets first of a model is the model, but for what it gets when it looks", () => {
  for (const { name, root, isNetwork, model } of documents) {
    if (isNetwork && root.name !== "network") continue;
    const first = isNetwork ? firstOfNetwork(root) : firstOfDomain(root);
    const whole = isNetwork ? networkModel(root) : (model as { domain: object }).domain;
    assert.deepEqual(Object.keys(first), Object.keys(whole), name);
    for (const [field, value] of Object.entries(whole)) {
      if (first[field] !== null) assert.deepEqual(first[field], value, `${name}: ${field}`);
    }
  }
});
