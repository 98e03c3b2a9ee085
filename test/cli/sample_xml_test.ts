import assert from "node:assert/strict";
import { sampleUuid, sampleXml } from "../../src/cli/sample_xml.ts";
import { OPERATIONS } from "../../src/protocol/operations.ts";
import { parseDocument } from "../../src/protocol/xml/parse_document.ts";

Deno.test("sampleXml() makes well-formed XML for every operation and any name", async () => {
  for (const { driver, name } of OPERATIONS) {
    if (driver === "daemon") continue;
    for (const guest of ["win11", "--help", "a<b>&'\"\n\u0001é😀"]) {
      const xml = await sampleXml(driver, name, guest, guest);
      const { document, issue } = parseDocument(new TextEncoder().encode(xml), { source: "sample" });
      assert.equal(issue, undefined, `${driver}/${name} ${JSON.stringify(guest)}: ${JSON.stringify(issue)}`);
      assert.ok(document!.text.includes(await sampleUuid(guest)));
    }
  }
});

Deno.test("sampleUuid() is the same for the same name, and of a form that no real one has", async () => {
  assert.equal(await sampleUuid("a"), await sampleUuid("a"));
  assert.notEqual(await sampleUuid("a"), await sampleUuid("b"));
  assert.match(
    await sampleUuid("a"),
    /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
});
