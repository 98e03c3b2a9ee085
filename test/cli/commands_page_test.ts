import assert from "node:assert/strict";
import { COMMANDS } from "../../src/cli/commands.ts";
import { commandsPage } from "../../src/cli/commands_page.ts";

const PAGE = new URL("../../docs/commands.md", import.meta.url);

// After a change of the table: deno test -A --cached-only test/cli/commands_page_test.ts -- --write
Deno.test("docs/commands.md is what the command table says", () => {
  const made = commandsPage(COMMANDS);
  if (Deno.args.includes("--write")) Deno.writeTextFileSync(PAGE, made);
  assert.equal(Deno.readTextFileSync(PAGE), made, "run this test with -- --write");
});
