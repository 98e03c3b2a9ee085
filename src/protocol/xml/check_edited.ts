import type { Issue } from "../../base/issue.ts";
import type { XmlDocument, XmlElement } from "./document.ts";
import { issueAt } from "./fault.ts";
import { parseDocument, type ParseResult } from "./parse_document.ts";

/**
 * Elements that libvirt treats as the guest's identity: it refuses XML in which a hook changed one, and a
 * restore of such XML can lose the saved guest.
 */
const FIXED = ["name", "uuid", "memory"] as const;

/**
 * Parses the handlers' edited document once more before libvirt gets it:
 * well-formed, the same root, a name and a UUID, and nothing changed that
 * libvirt does not let a hook change (name, UUID, memory).
 */
export function checkEdited(output: Uint8Array | string, original: XmlDocument): ParseResult {
  const result = parseDocument(output, { source: `${original.source} after the edits` });
  if (result.document === undefined) return result;
  const { root } = result.document;
  const was = original.root;
  if (root.name !== was.name || root.namespace !== was.namespace) {
    return { issue: issueFor(root, `the root element is <${root.name}>, not <${was.name}>`) };
  }
  for (const name of FIXED) {
    const value = valueOf(root, name);
    if (value === undefined && name !== "memory") {
      return { issue: issueFor(root, `<${name}> is missing or empty`) };
    }
    if (value !== valueOf(was, name)) {
      return { issue: issueFor(child(root, name) ?? root, `<${name}> was changed`, "libvirt refuses that") };
    }
  }
  return result;
}

function child(element: XmlElement, name: string): XmlElement | undefined {
  for (const found of element.children()) if (found.name === name) return found;
  return undefined;
}

function valueOf(root: XmlElement, name: string): string | undefined {
  const found = child(root, name);
  const text = found?.textContent.trim();
  if (found === undefined || text === undefined || text === "") return undefined;
  return `${text} ${found.attribute("unit") ?? ""}`;
}

function issueFor(element: XmlElement, message: string, hint?: string): Issue {
  const { text, source } = element.document;
  return issueAt(text, source, { offset: element.start, message, ...(hint === undefined ? {} : { hint }) });
}
