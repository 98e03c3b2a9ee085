import { deepEqual, equal, ok } from "node:assert/strict";
import { SUPERVISE_DATA } from "../../../build/elf/supervise_data.ts";
import { DRIVERS, findOperation, OPERATIONS } from "../../../src/protocol/operations.ts";

function bytesOf(label: string): Uint8Array {
  const at = SUPERVISE_DATA.findIndex((line) => "label" in line && line.label === label);
  const line = SUPERVISE_DATA[at + 1];
  ok(line !== undefined && "data" in line, label);
  return line.data;
}

/** The rows as the code reads them. */
function* operations(): Generator<{ drivers: number; code: number; ms: number; name: string }> {
  const bytes = bytesOf("operations");
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let at = 0; bytes[at] !== 0;) {
    const end = bytes.indexOf(0, at + 6);
    const name = new TextDecoder().decode(bytes.subarray(at + 6, end));
    yield { drivers: bytes[at]!, code: bytes[at + 1]!, ms: view.getUint32(at + 2, true), name };
    at = end + 1;
  }
}

Deno.test("the supervisor knows time and verdict of every hook, old words too, and of nothing else", () => {
  const rows = [...operations()];
  const words = [...new Set([...OPERATIONS.map(({ name }) => name), "plugged", "unplugged", "resume"])];
  DRIVERS.forEach((driver, i) => {
    for (const word of words) {
      const found = rows.filter(({ drivers, name }) => name === word && (drivers & 1 << i) !== 0);
      const known = findOperation(driver, word);
      deepEqual(
        found.map(({ code, ms }) => [code, ms]),
        known === undefined || known.event !== undefined
          ? []
          : [[known.onFailure === "abort" ? 1 : 0, known.timeoutMs]],
        `${driver}/${word}`,
      );
    }
  });
});

Deno.test("the supervisor's drivers are libvirt's, in the order of their bits", () => {
  equal(new TextDecoder().decode(bytesOf("drivers")), `${DRIVERS.join("\0")}\0\0`);
});
