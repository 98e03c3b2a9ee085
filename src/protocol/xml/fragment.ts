import type { Issue } from "../../base/issue.ts";
import { prefixOf } from "./characters.ts";
import { contentPieces, isLayout } from "./content.ts";
import { XmlDocument, type XmlElement } from "./document.ts";
import { issueAt, shown } from "./fault.ts";
import { hasLayout, type Indent } from "./layout.ts";
import { scan } from "./scan.ts";

const OPEN = "<fragment>";
const CLOSE = "</fragment>";
const SOURCE = "fragment";

export type FragmentResult = { fragment: Fragment; issue?: undefined } | {
  fragment?: undefined;
  issue: Issue;
};

/** XML to insert into a document: one or more elements, optionally with comments, but no text beside them. */
export class Fragment {
  readonly #wrapper: XmlDocument;
  /** How many top-level elements it has. */
  readonly elements: number;
  /** The name of the first. */
  readonly name: string;

  /**
   * Reads and checks a fragment for a place where these namespace prefixes are
   * declared. Issues name places in the fragment itself.
   */
  static parse(xml: string, prefixes: Iterable<string>): FragmentResult {
    const refuse = (offset: number, message: string, hint?: string): FragmentResult => {
      const inside = Math.min(Math.max(offset, 0), xml.length);
      return {
        issue: issueAt(xml, SOURCE, { offset: inside, message, ...(hint === undefined ? {} : { hint }) }),
      };
    };
    const text = OPEN + xml + CLOSE;
    const structure = scan(text, prefixes);
    if ("message" in structure) {
      // What only the wrapper around it would explain.
      const outside = structure.message.includes("fragment>");
      const message = outside ? "its tags do not match each other" : structure.message;
      return refuse(structure.offset - OPEN.length, message, outside ? undefined : structure.hint);
    }
    const wrapper = new XmlDocument(text, SOURCE, structure);
    const undeclared = structure.undeclared[0];
    if (undeclared !== undefined) {
      const prefix = prefixOf(undeclared.name);
      return refuse(
        undeclared.offset - OPEN.length,
        `namespace prefix ${shown(prefix)} is not declared`,
        `add xmlns:${shown(prefix)}='...'`,
      );
    }
    const { root } = wrapper;
    if (root.end !== text.length) return refuse(root.end - OPEN.length, "its tags do not match each other");
    for (const [from, to] of root.gaps()) {
      if (!isLayout(text, from, to)) {
        return refuse(from - OPEN.length, "text outside the elements", "put it into an element");
      }
    }
    const children = [...root.children()];
    if (children.length === 0) return refuse(0, "it contains no element");
    return { fragment: new Fragment(wrapper, children) };
  }

  private constructor(wrapper: XmlDocument, children: XmlElement[]) {
    this.#wrapper = wrapper;
    this.elements = children.length;
    this.name = children[0]!.name;
  }

  /** Its text unchanged, for places where white space matters. */
  asGiven(): string {
    return this.#wrapper.text.slice(OPEN.length, -CLOSE.length).trim();
  }

  /** Its text with every line but the first indented for its new place, elements with only elements inside spread over lines. */
  indented(indent: Indent, step: string): string {
    return childNodes(this.#wrapper.root)
      .map((node) => this.#node(node, indent.newline + indent.spaces, step))
      .join(indent.newline + indent.spaces);
  }

  #node(node: Node, lineStart: string, step: string): string {
    const { text } = this.#wrapper;
    const { element } = node;
    if (element === undefined || element.isEmptyTag || !hasLayout(element)) {
      return text.slice(node.start, node.end);
    }
    const nodes = childNodes(element);
    if (nodes.length === 0) return text.slice(node.start, node.end);
    const inner = lineStart + step;
    return text.slice(node.start, element.contentStart) +
      nodes.map((child) => inner + this.#node(child, inner, step)).join("") +
      lineStart + text.slice(element.contentEnd, node.end);
  }
}

/** An element, comment or processing instruction. */
interface Node {
  start: number;
  end: number;
  element?: XmlElement;
}

/** What an element contains apart from text. */
function childNodes(parent: XmlElement): Node[] {
  const { text } = parent.document;
  const nodes: Node[] = [];
  const children = parent.children();
  for (const [from, to] of parent.gaps()) {
    for (const piece of contentPieces(text, from, to)) if (piece.kind !== "text") nodes.push(piece);
    const next = children.next();
    if (!next.done) nodes.push({ start: next.value.start, end: next.value.end, element: next.value });
  }
  return nodes;
}
