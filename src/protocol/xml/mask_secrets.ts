import type { XmlDocument } from "./document.ts";
import { applySplices, type Splice } from "./splice.ts";

/**
 * The document's text for records and diffs: the value of every `passwd`
 * attribute (libvirt's only secret in hook XML: passwords of VNC and SPICE)
 * shown as `***`. libvirt sends them to `migrate` and `restore` hooks only.
 */
export function maskSecrets(document: XmlDocument): string {
  const { text, structure } = document;
  const splices: Splice[] = [];
  let next = text.indexOf("passwd");
  for (let index = 0; index < structure.count && next >= 0; index++) {
    // Only tags that hold the word are read.
    const end = structure.starts[index + 1] ?? text.length;
    if (index + 1 < structure.count && next >= end) continue;
    for (const { name, valueStart, valueEnd } of document.attributesOf(index)) {
      if (name === "passwd") splices.push({ start: valueStart, end: valueEnd, text: "***" });
    }
    next = text.indexOf("passwd", end);
  }
  return splices.length === 0 ? text : applySplices(text, splices);
}
