import type { Issue } from "../../base/issue.ts";
import { isSpace, localNameOf, prefixOf } from "./characters.ts";
import { textBetween } from "./content.ts";
import { decodeAttribute } from "./escape.ts";
import { issueAt, shown } from "./fault.ts";
import { lookUpNamespace } from "./namespaces.ts";
import { type AttributeRange, startTagEnd, startTagName, visitAttributes } from "./start_tag.ts";
import type { Structure } from "./structure.ts";

/** The requested names of this many elements are cached: more than any real document has, and small enough. */
const KEPT_NAMES = 16_384;

/** The places of this many attributes of the last tag are cached. */
const KEPT_ATTRIBUTES = 256;

/**
 * A checked XML document: its text, untouched, and where its elements are in
 * it. Made by `parseDocument`.
 */
export class XmlDocument {
  /** The document unchanged, including a byte order mark. */
  readonly text: string;
  /** What messages call it: a path or a word such as `stdin`. */
  readonly source: string;
  readonly structure: Structure;
  /** Requested names, by element: the same ones are requested again and again. */
  readonly #names: string[] = [];
  /** The start tag that was read last: its attributes are usually requested one by one. */
  #lastTag: { index: number; attributes: AttributeRange[] } | undefined;

  constructor(text: string, source: string, structure: Structure) {
    this.text = text;
    this.source = source;
    this.structure = structure;
  }

  get root(): XmlElement {
    return new XmlElement(this, 0);
  }

  /** The name of the element at this place. */
  nameOf(index: number): string {
    const start = this.structure.starts[index]!;
    if (index >= KEPT_NAMES) return startTagName(this.text, start);
    return this.#names[index] ??= startTagName(this.text, start);
  }

  /** Whether the element at this place has that name, as written. */
  isNamed(index: number, name: string): boolean {
    if (index < KEPT_NAMES) return this.nameOf(index) === name;
    // Without creating a string for each: a document may have millions.
    const from = this.structure.starts[index]! + 1;
    if (!this.text.startsWith(name, from)) return false;
    const c = this.text.charCodeAt(from + name.length);
    return c === 62 || c === 47 || isSpace(c);
  }

  /** Passes on the attributes of the element at this place, in order, until `each` returns true. */
  visitAttributes(index: number, each: (attribute: AttributeRange) => boolean): void {
    const start = this.structure.starts[index]!;
    if (this.#lastTag?.index !== index) {
      const first: AttributeRange[] = [];
      visitAttributes(this.text, start, (attribute) => {
        first.push(attribute);
        return first.length > KEPT_ATTRIBUTES;
      });
      this.#lastTag = { index, attributes: first };
    }
    const { attributes } = this.#lastTag;
    if (attributes.length > KEPT_ATTRIBUTES) visitAttributes(this.text, start, each);
    else attributes.some(each);
  }

  /** Oddities that are accepted, as libvirt does: the first names with an undeclared prefix. */
  get warnings(): Issue[] {
    return this.structure.undeclared.map(({ offset, name }) =>
      issueAt(this.text, this.source, {
        offset,
        message: `namespace prefix ${shown(prefixOf(name))} is not declared`,
      }, "warning")
    );
  }
}

/** One attribute of an element: its name as written and its decoded value. */
export interface XmlAttribute {
  name: string;
  value: string;
}

/**
 * One element of a document. A light view: two views of one element are equal
 * when their documents and indexes are.
 */
export class XmlElement {
  readonly document: XmlDocument;
  /** Its place among the document's elements, the root being 0. */
  readonly index: number;

  constructor(document: XmlDocument, index: number) {
    this.document = document;
    this.index = index;
  }

  /** The offset of its `<` in the document's text. */
  get start(): number {
    return this.document.structure.starts[this.index]!;
  }

  /** The offset just after its end tag. */
  get end(): number {
    return this.document.structure.ends[this.index]!;
  }

  /** The offset just after its start tag: where its content begins. */
  get contentStart(): number {
    return this.isEmptyTag ? this.end : startTagEnd(this.document.text, this.start);
  }

  /** The offset of its end tag; for `<a/>` the end of the element. */
  get contentEnd(): number {
    return this.isEmptyTag ? this.end : this.document.text.lastIndexOf("</", this.end - 1);
  }

  /** Written as `<a/>`. */
  get isEmptyTag(): boolean {
    // An end tag never has a slash there.
    return this.document.text.charCodeAt(this.end - 2) === 47;
  }

  /** The name as written, prefix included. */
  get name(): string {
    return this.document.nameOf(this.index);
  }

  get localName(): string {
    return localNameOf(this.name);
  }

  /** The URI of its namespace; `""` for none and for an undeclared prefix. */
  get namespace(): string {
    return this.lookUp(prefixOf(this.name));
  }

  /** The URI a prefix stands for here (`""` is the default namespace); `""` when it is not declared. */
  lookUp(prefix: string): string {
    return lookUpNamespace(this, prefix);
  }

  get parent(): XmlElement | undefined {
    const parent = this.document.structure.parents[this.index]!;
    return parent < 0 ? undefined : new XmlElement(this.document, parent);
  }

  /** Its child elements, in order. */
  *children(): Generator<XmlElement> {
    const { nexts } = this.document.structure;
    const stop = nexts[this.index]!;
    for (let at = this.index + 1; at < stop; at = nexts[at]!) yield new XmlElement(this.document, at);
  }

  /** Passes on its attributes as written, with their places in the text, until `each` returns true. */
  visitAttributes(each: (attribute: AttributeRange) => boolean): void {
    this.document.visitAttributes(this.index, each);
  }

  /** Its attributes as written, with their places in the text. */
  attributeRanges(): AttributeRange[] {
    const ranges: AttributeRange[] = [];
    this.visitAttributes((attribute) => {
      ranges.push(attribute);
      return false;
    });
    return ranges;
  }

  /** Its attributes in order, namespace declarations included. */
  attributes(): XmlAttribute[] {
    return this.attributeRanges().map((range) => ({ name: range.name, value: this.valueOf(range) }));
  }

  /** The value of the attribute of that name (as written, prefix included). */
  attribute(name: string): string | undefined {
    let found: AttributeRange | undefined;
    this.visitAttributes((attribute) => {
      if (attribute.name !== name) return false;
      found = attribute;
      return true;
    });
    return found === undefined ? undefined : this.valueOf(found);
  }

  /** The decoded value of one of its attributes. */
  valueOf({ valueStart, valueEnd }: AttributeRange): string {
    return decodeAttribute(this.document.text.slice(valueStart, valueEnd));
  }

  /** All text in it, that of elements inside included; comments and processing instructions left out. */
  get textContent(): string {
    const parts: string[] = [];
    collectText(this, parts);
    return parts.join("");
  }

  /** The text directly in it, that of elements inside left out. */
  get ownText(): string {
    const parts: string[] = [];
    for (const [from, to] of this.gaps()) addText(this.document.text, from, to, parts);
    return parts.join("");
  }

  /** The stretches of its content that lie between its child elements, as offsets. */
  *gaps(): Generator<[from: number, to: number]> {
    let from = this.contentStart;
    for (const child of this.children()) {
      yield [from, child.start];
      from = child.end;
    }
    yield [from, this.contentEnd];
  }

  /** The element as written. */
  get source(): string {
    return this.document.text.slice(this.start, this.end);
  }
}

// Recursion is safe: a document is at most 256 levels deep.
function collectText(element: XmlElement, parts: string[]): void {
  const { text } = element.document;
  let from = element.contentStart;
  for (const child of element.children()) {
    addText(text, from, child.start, parts);
    collectText(child, parts);
    from = child.end;
  }
  addText(text, from, element.contentEnd, parts);
}

function addText(text: string, from: number, to: number, parts: string[]): void {
  const part = textBetween(text, from, to);
  if (part !== "") parts.push(part);
}
