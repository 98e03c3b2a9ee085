import { isLayout } from "./content.ts";
import type { XmlDocument, XmlElement } from "./document.ts";

/** How the line that an element begins is indented, and the line end before it. */
export interface Indent {
  newline: string;
  spaces: string;
  /** The offset of that line end. */
  at: number;
}

/** The indentation before an offset when only spaces and tabs stand between it and the line end before. */
export function indentBefore(text: string, offset: number): Indent | undefined {
  let at = offset;
  while (text[at - 1] === " " || text[at - 1] === "\t") at--;
  const spaces = text.slice(at, offset);
  if (text[at - 1] === "\n") {
    return text[at - 2] === "\r"
      ? { newline: "\r\n", spaces, at: at - 2 }
      : { newline: "\n", spaces, at: at - 1 };
  }
  return text[at - 1] === "\r" ? { newline: "\r", spaces, at: at - 1 } : undefined;
}

// Cached, because every edited child of the same parent asks for it.
const remembered = new WeakMap<XmlDocument, Map<number, boolean>>();

/** Whether white space between the element's children is layout only: no text stands beside them and `xml:space` does not keep it. */
export function hasLayout(element: XmlElement): boolean {
  const { document, index } = element;
  let known = remembered.get(document);
  if (known === undefined) remembered.set(document, known = new Map());
  let answer = known.get(index);
  if (answer === undefined) {
    answer = !keepsSpace(element) && everyGapIsLayout(element);
    known.set(index, answer);
  }
  return answer;
}

function everyGapIsLayout(element: XmlElement): boolean {
  for (const [from, to] of element.gaps()) if (!isLayout(element.document.text, from, to)) return false;
  return true;
}

function keepsSpace(element: XmlElement): boolean {
  for (let at: XmlElement | undefined = element; at !== undefined; at = at.parent) {
    const space = at.attribute("xml:space");
    if (space !== undefined) return space === "preserve";
  }
  return false;
}

/** The indentation of the line an element begins, or undefined if anything else precedes it on the line. */
export function indentOf(element: XmlElement): Indent | undefined {
  const { text } = element.document;
  const found = indentBefore(text, element.start);
  if (found !== undefined || element.index !== 0) return found;
  // The root may begin the document: the line ends are then those used further on.
  const newline = /\r\n?|\n/.exec(text)?.[0];
  const bom = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  return newline !== undefined && element.start === bom ? { newline, spaces: "", at: bom } : undefined;
}

/**
 * How much deeper each level is indented around an element: its own indentation less its parent's, two spaces
 * if that is unknown.
 */
export function indentStep(element: XmlElement): string {
  const own = indentOf(element)?.spaces;
  const parent = element.parent;
  const outer = parent === undefined ? undefined : indentOf(parent)?.spaces;
  if (own !== undefined && outer !== undefined && own.startsWith(outer) && own.length > outer.length) {
    return own.slice(outer.length);
  }
  for (const child of element.children()) {
    const inner = indentBefore(element.document.text, child.start)?.spaces;
    if (own !== undefined && inner?.startsWith(own) && inner.length > own.length) {
      return inner.slice(own.length);
    }
    break;
  }
  return "  ";
}
