import type { Issue } from "../../base/issue.ts";
import { declarationEnd } from "./declaration.ts";
import { invalidUtf8 } from "./decode_utf8.ts";
import { XmlDocument } from "./document.ts";
import { type Fault, issueAt } from "./fault.ts";
import { scan, wholeBeginning } from "./scan.ts";

/** Documents larger than this are refused, in bytes. */
export const MAX_BYTES = 16 * 1024 * 1024;

export interface ParseOptions {
  /** What messages call the document: a path or a word such as `stdin`. */
  source: string;
  /** Another limit than `MAX_BYTES`. */
  maxBytes?: number;
}

export type ParseResult = { document: XmlDocument; issue?: undefined } | {
  document?: undefined;
  issue: Issue;
};

/**
 * Checks a document strictly and records where its elements are.
 *
 * Refused, always with line and column: bytes that are not UTF-8, characters XML does not allow, anything not
 * well-formed, document types, entities other than XML's five, other declared encodings, elements nested more
 * than 256 deep, more than 16 MiB. Accepted, because libvirt accepts it and prints it back: a namespace
 * prefix that nothing declares (see `XmlDocument.warnings`). Time and memory are linear in the input: at most
 * about 20 times its size for the worst documents.
 *
 * Why not a library: `@rgrove/parse-xml`, the strictest for JavaScript, gives
 * no places of attributes, takes quadratic time for CR line ends (1.6 s for
 * 240 KB) and 1.8 GB for a mistake at the end of a 16 MB line. It and libxml2
 * are what the tests compare this with.
 */
export function parseDocument(input: Uint8Array | string, options: ParseOptions): ParseResult {
  const { source } = options;
  const maxBytes = options.maxBytes ?? MAX_BYTES;
  if (input.length > maxBytes) return { issue: tooLarge(input, source, maxBytes) };
  const text = typeof input === "string" ? input : decode(input);
  if (typeof text !== "string") return { issue: issueAt(text.before, source, text.fault) };
  const structure = scan(text);
  if ("message" in structure) return { issue: issueAt(text, source, structure) };
  return { document: new XmlDocument(text, source, structure) };
}

/** How much of a document is read to find its beginning, in bytes: libvirt writes names and UUIDs first. */
const BEGINNING_BYTES = 1024 * 1024;

/**
 * The well-formed beginning of a malformed or incomplete document, as a
 * document; undefined if not even its root is complete.
 */
export function documentBeginning(bytes: Uint8Array, source: string): XmlDocument | undefined {
  const start = bytes.subarray(0, BEGINNING_BYTES);
  const invalid = invalidUtf8(start);
  const text = new TextDecoder("utf-8", { ignoreBOM: true })
    .decode(invalid < 0 ? start : start.subarray(0, invalid));
  const beginning = wholeBeginning(text);
  return beginning === undefined ? undefined : parseDocument(beginning, { source }).document;
}

/** The first two bytes of UTF-16: a mark, or a `<` of two bytes. */
const UTF16 = new Set([0xfeff, 0xfffe, 0x003c, 0x3c00]);

function decode(bytes: Uint8Array): string | { before: string; fault: Fault } {
  if (UTF16.has((bytes[0]! << 8) | bytes[1]!)) {
    const hint = "libvirt's XML is UTF-8; convert it";
    return { before: "", fault: { offset: 0, message: "the input is UTF-16", hint } };
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const at = invalidUtf8(bytes);
    if (at < 0) throw new TypeError("cannot decode valid UTF-8", { cause });
    const before = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, at));
    // For a document that declares another encoding, that is a better message than its first invalid byte.
    const declared = declarationEnd(before, before.charCodeAt(0) === 0xfeff ? 1 : 0);
    if (typeof declared !== "number") return { before, fault: declared };
    const byte = `0x${bytes[at]!.toString(16).padStart(2, "0")}`;
    return { before, fault: { offset: before.length, message: `byte ${byte} is not valid UTF-8` } };
  }
}

function tooLarge(input: Uint8Array | string, source: string, maxBytes: number): Issue {
  const start = input.slice(0, maxBytes);
  const before = typeof start === "string"
    ? start
    : new TextDecoder("utf-8", { ignoreBOM: true }).decode(start);
  return issueAt(before, source, {
    offset: before.length,
    message: `the document is larger than ${maxBytes} bytes`,
  });
}
