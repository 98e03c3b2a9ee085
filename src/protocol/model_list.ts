import { HookDataError } from "./hook_data_error.ts";
import type { XmlElement } from "./xml/document.ts";
import { child, children } from "./xml/read.ts";

/** The most elements in one list of a model: as many as libvirt's largest guest has CPUs. */
export const MOST_ENTRIES = 16_384;
/** The most characters of XML behind one list or one text: what fits a handler's engine. */
export const MOST_CHARACTERS = 4 * 1024 * 1024;

/**
 * The child elements of a name, each as `read` returns it.
 *
 * @throws {HookDataError} when there are too many, or they are too large
 */
export function listOf<T>(
  parent: XmlElement | undefined,
  name: string,
  read: (element: XmlElement) => T,
): T[] {
  const elements = children(parent, name, MOST_ENTRIES + 1);
  if (elements.length > MOST_ENTRIES) throw tooMany(`<${name}> in <${parent?.name}>`);
  let size = 0;
  for (const { start, end } of elements) size += end - start;
  if (size > MOST_CHARACTERS) {
    throw new HookDataError(
      `the <${name}> elements have ${size} characters; a list may have ${MOST_CHARACTERS}`,
    );
  }
  return elements.map(read);
}

/** Why a list is not available. */
export function tooMany(what: string): HookDataError {
  return new HookDataError(
    `the list exceeds ${MOST_ENTRIES} ${what}; use find with a path that selects the ones you need`,
  );
}

/**
 * The text of the first child element of a name, undefined if it does not
 * exist.
 *
 * @throws {HookDataError} when it is too long
 */
export function textOf(element: XmlElement | undefined, name: string): string | undefined {
  const found = child(element, name);
  if (found === undefined) return undefined;
  // Measured as written: text that decodes to less costs as much to read.
  const size = found.contentEnd - found.contentStart;
  if (size <= MOST_CHARACTERS) return found.textContent;
  throw new HookDataError(`<${name}> has ${size} characters; a handler is given ${MOST_CHARACTERS}`);
}

/** All attributes of an element under their own names, undefined when it has none. */
export function allAttributes(element: XmlElement | undefined): Record<string, string> | undefined {
  if (element === undefined) return undefined;
  // From entries, not by assignment: an attribute may be called __proto__.
  const entries = element.attributes().map(({ name, value }) => [name, value] as const);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
