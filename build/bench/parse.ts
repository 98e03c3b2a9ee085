// The empty program, and the first parse of the domain on standard input: what reading XML costs a cold process.
import { parseDocument } from "../../src/protocol/xml/parse_document.ts";

const bytes = new Uint8Array(65_536);
let length = 0;
for (let n = Deno.stdin.readSync(bytes); n !== null; n = Deno.stdin.readSync(bytes.subarray(length))) {
  length += n;
}
const { issue } = parseDocument(bytes.subarray(0, length), { source: "stdin" });
if (issue !== undefined) throw new Error(issue.message);
