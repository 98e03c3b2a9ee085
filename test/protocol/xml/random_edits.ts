import type { XmlDocument, XmlElement } from "../../../src/protocol/xml/document.ts";
import type { EditResult, XmlEditor } from "../../../src/protocol/xml/editor.ts";
import { namespacesInScope } from "../../../src/protocol/xml/namespaces.ts";
import type { Generator } from "./generate.ts";
import type { Random } from "./random.ts";

export const KINDS = [
  "setAttribute",
  "removeAttribute",
  "setText",
  "append",
  "insertBefore",
  "insertAfter",
  "replace",
  "remove",
] as const;

/** One edit on every element at these places (in document order), as both sides make it. */
export interface RandomEdit {
  kind: typeof KINDS[number];
  targets: number[];
  /** The path that leads to the targets. */
  path: string;
  name?: string;
  value?: string;
  xml?: string;
  /** For each target the namespaces declared where the attribute or the XML goes, by prefix. */
  namespaces: Record<string, string>[];
}

/** A random edit that makes sense for the document, or undefined where none was found. */
export function randomEdit(
  document: XmlDocument,
  generator: Generator,
  random: Random,
): RandomEdit | undefined {
  const elements = [...descendants(document.root)];
  for (let attempt = 0; attempt < 20; attempt++) {
    const kind = random.pick(KINDS);
    const target = random.pick(elements);
    // Sometimes every child of an element at once.
    const siblings = random.chance(0.15) && target.parent !== undefined
      ? [...target.parent.children()]
      : [target];
    const path = siblings.length > 1 ? `${pathTo(target.parent!)}/*` : pathTo(target);
    const inside = kind === "append" || kind === "setAttribute" || kind === "removeAttribute";
    const namespaces = siblings.map((e) => Object.fromEntries(namespacesInScope(inside ? e : e.parent ?? e)));
    const edit: RandomEdit = { kind, targets: siblings.map((e) => e.index), path, namespaces };
    const outside = kind === "insertBefore" || kind === "insertAfter" || kind === "replace" ||
      kind === "remove";
    if (outside && target.parent === undefined) continue;
    if (kind === "setText" && siblings.some((e) => !e.children().next().done)) continue;
    if (kind === "setAttribute" || kind === "removeAttribute") {
      const names = target.attributes().map((a) => a.name).filter((name) => !name.startsWith("xml"));
      if (kind === "removeAttribute" && names.length === 0) continue;
      const known = names.length > 0 && random.chance(0.5);
      edit.name = known || kind === "removeAttribute" ? random.pick(names) : newName(siblings, random);
      // All siblings have to know the prefix.
      if (edit.name.includes(":") && siblings.length > 1) continue;
    }
    if (kind === "setAttribute" || kind === "setText") edit.value = generator.text();
    if (kind === "append" || kind === "insertBefore" || kind === "insertAfter" || kind === "replace") {
      const around = kind === "append" ? siblings : [target.parent!];
      const prefixes = [...namespacesInScope(around[0]!).keys()].filter((p) => p !== "" && p !== "xml");
      const known = around.length > 1 ? [] : prefixes;
      edit.xml = Array.from({ length: 1 + random.below(2) }, () => generator.element(3, { prefixes: known }))
        .join(random.pick(["", "\n", "\n  "]));
    }
    return edit;
  }
  return undefined;
}

/** Makes the edit with the editor. */
export function makeEdit(editor: XmlEditor, edit: RandomEdit): EditResult {
  switch (edit.kind) {
    case "setAttribute":
      return editor.setAttribute(edit.path, edit.name!, edit.value!);
    case "removeAttribute":
      return editor.removeAttribute(edit.path, edit.name!);
    case "setText":
      return editor.setText(edit.path, edit.value!);
    case "remove":
      return editor.remove(edit.path);
    default:
      return editor[edit.kind](edit.path, edit.xml!);
  }
}

/**
 * The stretches of the text that this edit may touch, in order: start tags for
 * attributes, the element with the layout before it for its removal, a single
 * place for insertions. All else has to stay.
 */
export function zones(document: XmlDocument, edit: RandomEdit): [start: number, end: number][] {
  const { text } = document;
  const elements = [...descendants(document.root)];
  return edit.targets.map((index): [number, number] => {
    const e = elements[index]!;
    switch (edit.kind) {
      case "setAttribute":
      case "removeAttribute":
        return [e.start, e.contentStart];
      case "setText":
        return [e.isEmptyTag ? e.start : e.contentStart, e.isEmptyTag ? e.end : e.contentEnd];
      case "append":
        return [e.isEmptyTag ? e.start : e.contentStart, e.isEmptyTag ? e.end : e.contentEnd];
      case "insertBefore":
        return [e.start, e.start];
      case "insertAfter":
        return [e.end, e.end];
      case "replace":
        return [e.start, e.end];
      case "remove":
        return [text.slice(0, e.start).trimEnd().length, e.end];
    }
  });
}

/** Whether the text outside the zones is all there in the edited text, in order. */
export function outsideKept(before: string, after: string, touched: [number, number][]): boolean {
  let from = 0;
  let at = 0;
  for (const [start, end] of touched) {
    const kept = before.slice(Math.min(from, start), start);
    const found = from === 0 ? (after.startsWith(kept) ? 0 : -1) : after.indexOf(kept, at);
    if (found < 0) return false;
    at = found + kept.length;
    from = end;
  }
  return after.length - (before.length - from) >= at && after.endsWith(before.slice(from));
}

function* descendants(element: XmlElement): globalThis.Generator<XmlElement> {
  yield element;
  for (const child of element.children()) yield* descendants(child);
}

/** A path by positions alone, from the root. */
function pathTo(element: XmlElement): string {
  const steps: string[] = [];
  for (let at = element; at.parent !== undefined; at = at.parent) {
    const position = [...at.parent.children()].findIndex((e) => e.index === at.index) + 1;
    steps.unshift(`*[${position}]`);
  }
  return steps.length === 0 ? "." : steps.join("/");
}

function newName(elements: XmlElement[], random: Random): string {
  const name = random.pick(["type", "new", "é", "x-1"]);
  const scope = namespacesInScope(elements[0]!);
  const prefixes = [...scope.keys()].filter((p) => p !== "" && p !== "xml");
  if (prefixes.length === 0 || random.chance(0.7)) return name;
  const prefixed = `${random.pick(prefixes)}:${name}`;
  // Two prefixes of one namespace would make a duplicate.
  return elements.some((e) => e.attributes().some((a) => a.name.endsWith(`:${name}`) && a.name !== prefixed))
    ? name
    : prefixed;
}
