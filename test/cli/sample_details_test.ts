import assert from "node:assert/strict";
import { sampleDetails } from "../../src/cli/sample_details.ts";
import { OPERATIONS } from "../../src/protocol/operations.ts";

Deno.test("sampleDetails() has every event, with the fields that docs/watch.md names", () => {
  const page = Deno.readTextFileSync(new URL("../../docs/watch.md", import.meta.url));
  for (const { name, event } of OPERATIONS) {
    if (event === undefined) continue;
    const row = page.split("\n").find((line) => line.startsWith(`| \`${name}\``)) ?? "";
    for (const field of Object.keys(sampleDetails(name))) {
      const isTold = row.includes(`\`${field}\``) || row.includes("the same");
      assert.ok(isTold, `${name}: ${field}`);
    }
  }
});
