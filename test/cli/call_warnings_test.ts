import assert from "node:assert/strict";
import { CAPABILITIES } from "../../src/capability/capabilities.ts";
import { callWarnings } from "../../src/cli/call_warnings.ts";
import type { Allow } from "../../src/manifest/manifest.ts";
import { allowNothing } from "../../src/manifest/parse_allow.ts";

const NOTHING: Allow = allowNothing();
const rule = [{ value: "x", line: 1, column: 1 }];

function said(source: string, allow = NOTHING): string[] {
  return callWarnings("10-a.js", source, allow).map(({ line, column, message, hint }) =>
    `${line}:${column}: ${message}; ${hint}`
  );
}

Deno.test("a call of host that does not exist is told with its place and the nearest that does", () => {
  assert.deepEqual(said("let a;\n  await host.fs.reed('/x');", { ...NOTHING, read: rule }), [
    "2:9: host.fs.reed does not exist; did you mean host.fs.read?",
  ]);
  assert.deepEqual(said("host.fetch('x'); host.log('x');"), [
    `1:1: host.fetch does not exist; "hookvisor types" writes the list of calls`,
  ]);
  assert.match(said("host.lock.take('x')").join(), /^$/, "a property of a call that exists is JavaScript's");
});

Deno.test("a call for which the manifest has no rule at all is told, each with the key that it needs", () => {
  const keys = {
    exec: { exec: rule },
    scripts: { scripts: rule },
    read: { read: rule },
    write: { write: rule },
    xml: { xml: true },
  };
  for (const { name, within, isInternal } of CAPABILITIES.values()) {
    if (isInternal) continue;
    const call = `host.${name}("x")`;
    if (within === undefined) {
      assert.deepEqual(said(call), [], name);
      continue;
    }
    assert.match(
      said(call).join(),
      new RegExp(`host\\.${name} is always refused: allow\\.${within} is missing`),
    );
    assert.deepEqual(said(call, { ...NOTHING, ...keys[within] }), [], name);
  }
  assert.deepEqual(said("host.fs.read('x')", { ...NOTHING, write: rule }), [], "write allows reading");
});

Deno.test("comments, data, and what is host's in another object's are left alone", () => {
  const fine = [
    "// host.fs.reed('x')",
    " * host.fs.reed('x')",
    "host.options.list.map((x) => x)",
    "host.guest.name.startsWith('x')",
    "host.waitFor(() => 1); host.lock('x', f); host.log.info('x'); host.fail('x'); host.sleep(1).then(f)",
    "localhost.fetch('x')",
    "host.state.host.get('k')",
  ];
  for (const line of fine) assert.deepEqual(said(line), [], line);
});
