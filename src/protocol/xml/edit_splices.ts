import type { XmlElement } from "./document.ts";
import { contentPieces } from "./content.ts";
import { escapeAttribute, escapeText } from "./escape.ts";
import type { Fragment } from "./fragment.ts";
import { hasLayout, type Indent, indentBefore, indentOf, indentStep } from "./layout.ts";
import type { Splice } from "./splice.ts";

/** Sets an attribute; an existing one keeps its quotes, a new one gets those of its neighbours. */
export function attributeSplices(element: XmlElement, name: string, value: string): Splice[] {
  const { text } = element.document;
  const ranges = element.attributeRanges();
  const there = ranges.find((a) => a.name === name);
  if (there !== undefined) {
    const escaped = escapeAttribute(value, text[there.valueEnd]!);
    return [{ start: there.valueStart, end: there.valueEnd, text: escaped }];
  }
  const last = ranges[ranges.length - 1];
  // libvirt writes single quotes.
  const quote = last === undefined ? "'" : text[last.valueEnd]!;
  const at = last === undefined ? element.start + 1 + element.name.length : last.valueEnd + 1;
  return [{ start: at, end: at, text: ` ${name}=${quote}${escapeAttribute(value, quote)}${quote}` }];
}

/** Removes an attribute with the white space before it. */
export function removeAttributeSplices(element: XmlElement, name: string): Splice[] {
  const ranges = element.attributeRanges();
  const place = ranges.findIndex((a) => a.name === name);
  if (place < 0) return [];
  const before = ranges[place - 1];
  const start = before === undefined ? element.start + 1 + element.name.length : before.valueEnd + 1;
  return [{ start, end: ranges[place]!.valueEnd + 1, text: "" }];
}

/** Replaces the whole content with a text. */
export function textSplices(element: XmlElement, value: string): Splice[] {
  const escaped = escapeText(value);
  if (!element.isEmptyTag) return [{ start: element.contentStart, end: element.contentEnd, text: escaped }];
  return escaped === "" ? [] : [opened(element, escaped)];
}

/** Removes an element, and its line if it is alone on it. */
export function removeSplices(element: XmlElement): Splice[] {
  const { text } = element.document;
  const { start, end, parent } = element;
  const indent = parent !== undefined && hasLayout(parent) ? indentBefore(text, start) : undefined;
  const alone = indent !== undefined && /^[ \t]*[\r\n]/.test(text.slice(end, lineEnd(text, end) + 1));
  return [{ start: alone ? indent.at : start, end, text: "" }];
}

/** Inserts a fragment before or after an element, on its own line if the element has one. */
export function insertSplices(element: XmlElement, fragment: Fragment, side: "before" | "after"): Splice[] {
  const at = side === "before" ? element.start : element.end;
  const indent = siblingIndent(element);
  if (indent === undefined) return [{ start: at, end: at, text: fragment.asGiven() }];
  const line = indent.newline + indent.spaces;
  const text = fragment.indented(indent, indentStep(element));
  return [{ start: at, end: at, text: side === "before" ? text + line : line + text }];
}

/** Replaces an element with a fragment. */
export function replaceSplices(element: XmlElement, fragment: Fragment): Splice[] {
  const { start, end, parent } = element;
  const indent = parent === undefined ? indentOf(element) : siblingIndent(element);
  const text = indent === undefined ? fragment.asGiven() : fragment.indented(indent, indentStep(element));
  return [{ start, end, text }];
}

/** Appends a fragment to an element's content, indented like the existing content. */
export function appendSplices(element: XmlElement, fragment: Fragment): Splice[] {
  const { text } = element.document;
  if (element.isEmptyTag) return [opened(element, contentFor(element, fragment))];
  const { contentStart, contentEnd } = element;
  if (!hasLayout(element)) return [{ start: contentEnd, end: contentEnd, text: fragment.asGiven() }];
  const last = lastNode(element);
  if (last === undefined) {
    return [{ start: contentStart, end: contentEnd, text: contentFor(element, fragment) }];
  }
  const indent = indentBefore(text, last.start) ?? childIndent(element);
  const added = indent === undefined
    ? fragment.asGiven()
    : indent.newline + indent.spaces + fragment.indented(indent, indentStep(element));
  return [{ start: last.end, end: last.end, text: added }];
}

/** The whole content of an element that was empty. */
function contentFor(element: XmlElement, fragment: Fragment): string {
  const own = indentOf(element);
  const { parent } = element;
  if (own === undefined || !hasLayout(element) || (parent !== undefined && !hasLayout(parent))) {
    return fragment.asGiven();
  }
  const step = indentStep(element);
  const inner: Indent = { ...own, spaces: own.spaces + step };
  return inner.newline + inner.spaces + fragment.indented(inner, step) + own.newline + own.spaces;
}

/** `<a x='1'/>` made `<a x='1'>content</a>`. */
function opened(element: XmlElement, content: string): Splice {
  const { text } = element.document;
  const ranges = element.attributeRanges();
  const last = ranges[ranges.length - 1];
  const start = last === undefined ? element.start + 1 + element.name.length : last.valueEnd + 1;
  // The white space before the slash is removed, the rest of the tag stays.
  return {
    start,
    end: element.end,
    text: `>${content}</${text.slice(element.start + 1, element.start + 1 + element.name.length)}>`,
  };
}

function siblingIndent(element: XmlElement): Indent | undefined {
  const { parent } = element;
  return parent !== undefined && hasLayout(parent)
    ? indentBefore(element.document.text, element.start)
    : undefined;
}

/** The indentation of the last child element that begins its line. */
function childIndent(element: XmlElement): Indent | undefined {
  let found: Indent | undefined;
  for (const child of element.children()) found = indentBefore(element.document.text, child.start) ?? found;
  return found;
}

/** The last element, comment or processing instruction in an element. */
function lastNode(element: XmlElement): { start: number; end: number } | undefined {
  let last: { start: number; end: number } | undefined;
  for (const child of element.children()) last = child;
  const from = last?.end ?? element.contentStart;
  for (const piece of contentPieces(element.document.text, from, element.contentEnd)) {
    if (piece.kind !== "text") last = piece;
  }
  return last;
}

function lineEnd(text: string, from: number): number {
  let at = from;
  while (text[at] === " " || text[at] === "\t") at++;
  return at;
}
