import { isSpace, nameEnd, skipSpace } from "./characters.ts";
import { type Fault, shown } from "./fault.ts";
import { readReference } from "./references.ts";

/** One attribute as written: offsets of its name and of its value without the quotes. */
export interface AttributeRange {
  name: string;
  start: number;
  valueStart: number;
  valueEnd: number;
}

/** A start tag as written. */
export interface StartTag {
  name: string;
  /** Just after the `>`. */
  end: number;
  /** It ends with `/>`. */
  empty: boolean;
}

/**
 * Reads and checks the start tag whose `<` stands at `start`. Each attribute is
 * passed to `each` and not kept: a tag may have millions.
 */
export function checkStartTag(
  text: string,
  start: number,
  each: (attribute: AttributeRange) => void,
): StartTag | Fault {
  let at = nameEnd(text, start + 1);
  if (at === start + 1) {
    return { offset: start, message: "a < that starts no element", hint: "write &lt; for the character" };
  }
  const name = text.slice(start + 1, at);
  const names: string[] = [];
  let seen: Set<string> | undefined;
  for (;;) {
    const before = at;
    at = skipSpace(text, at);
    const c = text.charCodeAt(at);
    if (c === 62) return { name, end: at + 1, empty: false };
    if (c === 47 && text.charCodeAt(at + 1) === 62) return { name, end: at + 2, empty: true };
    if (at >= text.length) return unclosedTag(start, name);
    const attribute = readAttribute(text, at, name);
    if ("message" in attribute) return attribute;
    if (before === at) {
      return { offset: at, message: `white space is missing before attribute ${shown(attribute.name)}` };
    }
    // A set pays off only for many: nearly all elements have fewer than eight.
    if (names.length >= 8) seen ??= new Set(names);
    if (seen?.has(attribute.name) ?? names.includes(attribute.name)) {
      return {
        offset: at,
        message: `attribute ${shown(attribute.name)} occurs twice`,
        hint: "remove one of them",
      };
    }
    if (seen === undefined) names.push(attribute.name);
    else seen.add(attribute.name);
    each(attribute);
    at = attribute.valueEnd + 1;
  }
}

function readAttribute(text: string, start: number, element: string): AttributeRange | Fault {
  const end = nameEnd(text, start);
  if (end === start) {
    return { offset: start, message: `an attribute or > is expected in the tag of <${shown(element)}>` };
  }
  const name = text.slice(start, end);
  let at = skipSpace(text, end);
  if (text.charCodeAt(at) !== 61) {
    return { offset: at, message: `attribute ${shown(name)} has no value`, hint: `write ${shown(name)}=''` };
  }
  at = skipSpace(text, at + 1);
  const quote = text.charCodeAt(at);
  if (quote !== 34 && quote !== 39) {
    return { offset: at, message: `the value of attribute ${shown(name)} is not in quotes` };
  }
  const valueStart = at + 1;
  for (at = valueStart;;) {
    const c = text.charCodeAt(at);
    if (c === quote) return { name, start, valueStart, valueEnd: at };
    if (c === 60) {
      return {
        offset: at,
        message: `a < in the value of attribute ${shown(name)}`,
        hint: "close the quotes or write &lt;",
      };
    }
    if (c === 38) {
      const reference = readReference(text, at);
      if ("message" in reference) return reference;
      at = reference.end;
    } else if (at < text.length) at++;
    else {
      return { offset: valueStart - 1, message: `the value of attribute ${shown(name)} is not closed` };
    }
  }
}

function unclosedTag(start: number, name: string): Fault {
  return { offset: start, message: `the tag of <${shown(name)}> is not closed`, hint: "it ends with >" };
}

/** Passes on the attributes of the start tag at `start`, in a checked text, until `each` returns true. */
export function visitAttributes(
  text: string,
  start: number,
  each: (attribute: AttributeRange) => boolean,
): void {
  const name = startTagName(text, start);
  for (let at = skipSpace(text, start + 1 + name.length);;) {
    const c = text.charCodeAt(at);
    if (c === 62 || c === 47) return;
    const attribute = readAttribute(text, at, name);
    if ("message" in attribute) throw new TypeError(`cannot read a checked start tag: ${attribute.message}`);
    if (each(attribute)) return;
    at = skipSpace(text, attribute.valueEnd + 1);
  }
}

/** Just after the `>` of the start tag at `start`, in a text that has been checked. */
export function startTagEnd(text: string, start: number): number {
  for (let at = start + 1;;) {
    const c = text.charCodeAt(at);
    if (c === 62) return at + 1;
    at = c === 34 || c === 39 ? text.indexOf(c === 34 ? '"' : "'", at + 1) + 1 : at + 1;
  }
}

/** The name in the start tag at `start`, in a text that has been checked. */
export function startTagName(text: string, start: number): string {
  let end = start + 1;
  for (;; end++) {
    const c = text.charCodeAt(end);
    if (c === 62 || c === 47 || isSpace(c)) return text.slice(start + 1, end);
  }
}
