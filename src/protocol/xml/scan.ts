import { positionAt } from "../../base/position.ts";
import { codePointName, forbiddenCharacter, isSpace, nameEnd, prefixOf, skipSpace } from "./characters.ts";
import { declarationEnd } from "./declaration.ts";
import { type Fault, shown } from "./fault.ts";
import { NamespaceScope } from "./namespace_scope.ts";
import { readReference } from "./references.ts";
import { type AttributeRange, checkStartTag } from "./start_tag.ts";
import { emptyStructure, MAX_DEPTH, type Structure } from "./structure.ts";

/**
 * Checks that a text is well-formed XML 1.0 without a document type and records
 * where its elements are. One pass, no recursion, time and memory linear in the
 * text.
 *
 * `outerPrefixes` are namespace prefixes declared around the text, for
 * fragments.
 */
export function scan(text: string, outerPrefixes: Iterable<string> = []): Structure | Fault {
  const capacity = countTags(text);
  if (typeof capacity !== "number") return capacity;
  return new Scanner(text, emptyStructure(capacity), outerPrefixes).run();
}

/**
 * The beginning of a malformed text as a document: what was complete before the
 * fault, with the enclosing elements closed there. Undefined if not even a root
 * exists.
 */
export function wholeBeginning(text: string): string | undefined {
  const forbidden = forbiddenCharacter(text);
  const start = forbidden < 0 ? text : text.slice(0, forbidden);
  const capacity = countTags(start);
  if (typeof capacity !== "number") return undefined;
  const scanner = new Scanner(start, emptyStructure(capacity), []);
  return "message" in scanner.run() ? scanner.wholeBeginning() : start;
}

/** The largest possible number of elements, or the first forbidden character. */
function countTags(text: string): number | Fault {
  const at = forbiddenCharacter(text);
  if (at >= 0) {
    return {
      offset: at,
      message: `character ${codePointName(text.codePointAt(at)!)}, which XML does not allow`,
    };
  }
  let count = 0;
  for (let tag = text.indexOf("<"); tag >= 0; tag = text.indexOf("<", tag + 1)) {
    const next = text.charCodeAt(tag + 1);
    if (next !== 47 && next !== 33 && next !== 63) count++;
  }
  return count;
}

class Scanner {
  readonly #text: string;
  readonly #out: Structure;
  readonly #scope: NamespaceScope;
  /** Indexes and names of the open elements, outermost first. */
  readonly #open: number[] = [];
  readonly #names: string[] = [];
  /**
   * For the tag being read: the prefixes that it declares, and the places of its attributes with a prefix.
   */
  #declared: string[] | undefined;
  readonly #prefixed: number[] = [];
  readonly #attribute = ({ name, start }: AttributeRange) => {
    if (name.startsWith("xmlns") && (name.length === 5 || name[5] === ":")) {
      (this.#declared ??= []).push(name.slice(6));
    } else if (prefixOf(name) !== "") this.#prefixed.push(start);
  };
  // The next & and ]]> at or after the current offset, so that neither is
  // searched for again in every piece of text.
  #amp = -1;
  #cdataEnd = -1;
  /** Everything before it is complete. */
  #done = 0;

  constructor(text: string, out: Structure, outerPrefixes: Iterable<string>) {
    this.#text = text;
    this.#out = out;
    this.#scope = new NamespaceScope(out, outerPrefixes);
  }

  run(): Structure | Fault {
    const text = this.#text;
    let at: number | Fault = declarationEnd(text, text.charCodeAt(0) === 0xfeff ? 1 : 0);
    while (typeof at === "number") {
      this.#done = at;
      const tag: number = text.indexOf("<", at);
      const end = tag < 0 ? text.length : tag;
      const fault = this.#open.length > 0 ? this.#checkText(at, end) : this.#checkOutside(at, end);
      if (fault !== undefined) return fault;
      if (tag < 0) return this.#atEnd();
      at = this.#markup(tag);
    }
    return at;
  }

  /**
   * After a fault: the text up to it without the element that contains it, with the enclosing elements
   * closed.
   */
  wholeBeginning(): string | undefined {
    const { count, starts } = this.#out;
    if (count === 0) return undefined;
    const innermost = this.#open[this.#open.length - 1];
    // Without child elements, its text may be incomplete.
    const isHalf = innermost !== undefined && innermost > 0 && innermost === count - 1;
    const cut = isHalf ? starts[innermost]! : this.#done;
    const around = this.#names.slice(0, isHalf ? -1 : undefined).reverse();
    return this.#text.slice(0, cut) + around.map((name) => `</${name}>`).join("");
  }

  #markup(at: number): number | Fault {
    const text = this.#text;
    switch (text.charCodeAt(at + 1)) {
      case 47:
        return this.#endTag(at);
      case 63:
        return instructionEnd(text, at);
      case 33:
        if (text.startsWith("<!--", at)) return commentEnd(text, at);
        if (text.startsWith("<![CDATA[", at)) return this.#cdata(at);
        if (text.startsWith("<!DOCTYPE", at)) {
          return {
            offset: at,
            message: "a document type (DOCTYPE) is not allowed",
            hint: "libvirt's XML has none",
          };
        }
        return { offset: at, message: "a <! that starts neither a comment nor a CDATA section" };
      default:
        return this.#startTag(at);
    }
  }

  #startTag(at: number): number | Fault {
    const tag = checkStartTag(this.#text, at, this.#attribute);
    if ("message" in tag) return tag;
    const depth = this.#open.length;
    if (depth === 0 && this.#out.count > 0) {
      return { offset: at, message: `a second root element <${shown(tag.name)}>` };
    }
    if (depth >= MAX_DEPTH) {
      return { offset: at, message: `elements nested more than ${MAX_DEPTH} deep` };
    }
    const out = this.#out;
    const index = out.count++;
    out.starts[index] = at;
    out.parents[index] = depth === 0 ? -1 : this.#open[depth - 1]!;
    this.#namespaces(tag.name, at, index, depth);
    this.#open.push(index);
    this.#names.push(tag.name);
    if (tag.empty) this.#close(tag.end);
    return tag.end;
  }

  #namespaces(name: string, at: number, index: number, depth: number): void {
    if (this.#declared !== undefined) {
      this.#out.declares[index] = 1;
      this.#scope.open(depth, this.#declared);
      this.#declared = undefined;
    }
    if (prefixOf(name) !== "") this.#scope.use(name, at + 1);
    if (this.#prefixed.length === 0) return;
    // A tag's declarations may follow their uses.
    for (const start of this.#prefixed) {
      this.#scope.use(this.#text.slice(start, nameEnd(this.#text, start)), start);
    }
    this.#prefixed.length = 0;
  }

  #endTag(at: number): number | Fault {
    const text = this.#text;
    const name = this.#names[this.#names.length - 1];
    const nameStop = nameEnd(text, at + 2);
    const found = text.slice(at + 2, nameStop);
    if (name === undefined) return { offset: at, message: `</${shown(found)}> closes nothing` };
    if (found !== name) {
      return {
        offset: at,
        message: `</${shown(found)}> where </${shown(name)}> is expected`,
        hint: `<${shown(name)}> was opened at ${this.#opening()}`,
      };
    }
    const end = skipSpace(text, nameStop);
    if (text.charCodeAt(end) !== 62) {
      return { offset: at, message: `the end tag </${shown(name)}> is not closed`, hint: "it ends with >" };
    }
    this.#close(end + 1);
    return end + 1;
  }

  #close(end: number): void {
    const index = this.#open.pop()!;
    this.#names.pop();
    this.#out.ends[index] = end;
    this.#out.nexts[index] = this.#out.count;
    if (this.#out.declares[index] === 1) this.#scope.close(this.#open.length);
  }

  #cdata(at: number): number | Fault {
    if (this.#open.length === 0) return { offset: at, message: "a CDATA section outside the root element" };
    const end = this.#text.indexOf("]]>", at + 9);
    return end < 0
      ? { offset: at, message: "the CDATA section is not closed", hint: "it ends with ]]>" }
      : end + 3;
  }

  #checkOutside(from: number, to: number): Fault | undefined {
    const at = skipSpace(this.#text, from);
    if (at >= to) return undefined;
    return { offset: at, message: `text ${this.#out.count > 0 ? "after" : "before"} the root element` };
  }

  #checkText(from: number, to: number): Fault | undefined {
    const text = this.#text;
    if (this.#cdataEnd < from) this.#cdataEnd = indexOrEnd(text, "]]>", from);
    if (this.#amp < from) this.#amp = indexOrEnd(text, "&", from);
    while (this.#amp < to) {
      const reference = readReference(text, this.#amp);
      if ("message" in reference) return reference;
      this.#amp = indexOrEnd(text, "&", reference.end);
    }
    if (this.#cdataEnd >= to) return undefined;
    return { offset: this.#cdataEnd, message: "]]> in text", hint: "write ]]&gt;" };
  }

  #atEnd(): Structure | Fault {
    const offset = this.#text.length;
    if (this.#open.length > 0) {
      return {
        offset,
        message: `the document ends before </${shown(this.#names[this.#names.length - 1]!)}>`,
        hint: `it was opened at ${this.#opening()}`,
      };
    }
    if (this.#out.count === 0) return { offset, message: "the root element is missing" };
    return this.#out;
  }

  /** Line and column of the innermost open element. */
  #opening(): string {
    const { line, column } = positionAt(this.#text, this.#out.starts[this.#open[this.#open.length - 1]!]!);
    return `${line}:${column}`;
  }
}

function commentEnd(text: string, at: number): number | Fault {
  const end = text.indexOf("--", at + 4);
  if (end < 0) return { offset: at, message: "the comment is not closed", hint: "it ends with -->" };
  if (text.charCodeAt(end + 2) !== 62) return { offset: end, message: "-- inside a comment" };
  return end + 3;
}

function instructionEnd(text: string, at: number): number | Fault {
  const stop = nameEnd(text, at + 2);
  if (stop === at + 2) return { offset: at, message: "a processing instruction without a name" };
  if (text.slice(at + 2, stop).toLowerCase() === "xml") {
    return { offset: at, message: "an XML declaration that is not at the very start" };
  }
  const end = text.indexOf("?>", stop);
  if (end < 0) {
    return { offset: at, message: "the processing instruction is not closed", hint: "it ends with ?>" };
  }
  if (end > stop && !isSpace(text.charCodeAt(stop))) {
    return { offset: stop, message: "white space is missing after a processing instruction's name" };
  }
  return end + 2;
}

function indexOrEnd(text: string, part: string, from: number): number {
  const at = text.indexOf(part, from);
  return at < 0 ? text.length : at;
}
