import { type Answer, type CallContext, type Capability, value } from "./capability.ts";
import { EVENT_PARTS, type EventPart } from "./event_parts.ts";
import type { Json } from "../base/json.ts";
import type { HookEvent } from "../protocol/event.ts";
import type { HookData } from "../protocol/hook_data.ts";
import { HookDataError } from "../protocol/hook_data_error.ts";
import type { XmlDocument, XmlElement } from "../protocol/xml/document.ts";

/** The longest `event.xml` that a handler gets, in characters: an engine needs about five times that room. */
const MAX_XML = 8 * 1024 * 1024;

/**
 * Handlers of one call ask for the same models. Parsing them again for each handler took a third of a call
 * with twenty handlers and 8 KB.
 */
const MADE = new WeakMap<XmlDocument, Map<string, Json>>();

/** Fields of `event` that are fetched when a handler reads them, and the same for each field of its parts. */
export const fetchedFields: readonly Capability[] = [
  field("xml", (data) => data.isEmpty ? "" : xmlOf(data.current)),
  field("uuid", (data) => data.uuid),
  ...[...EVENT_PARTS].map(([name, part]) =>
    field(name, (data, event, inner) => {
      if (data.isEmpty) return undefined;
      if (typeof inner !== "string") return firstOrFew(name, part, data, event);
      const key = `${name}.${inner}`;
      return within(`event.${key}`, () => once(data, key, (root) => part.field(root, event, inner)));
    })
  ),
];

function field(
  name: string,
  get: (data: HookData, event: HookEvent, inner: Json | undefined) => Json | undefined,
): Capability {
  return {
    name: `event.${name}`,
    looksOnly: true,
    isSync: true,
    isInternal: true,
    run: ([inner], { handler: { data, event } }: CallContext) => reads(() => get(data, event, inner)),
  };
}

function firstOrFew(name: string, part: EventPart, data: HookData, event: HookEvent): Json {
  try {
    return once(data, name, (root) => part.first(root, event));
  } catch (error) {
    const few = error instanceof HookDataError ? part.few(data, event) : undefined;
    if (few === undefined) throw error;
    return few as Json;
  }
}

function once(data: HookData, key: string, read: (root: XmlElement) => unknown): Json {
  const document = data.current;
  let made = MADE.get(document);
  if (made === undefined) MADE.set(document, made = new Map());
  let answer = made.get(key);
  if (answer === undefined) made.set(key, answer = (read(document.root) ?? null) as Json);
  return answer;
}

function xmlOf({ text }: XmlDocument): string {
  if (text.length <= MAX_XML) return text;
  const size = `it has ${text.length} characters, and a handler is given ${MAX_XML}`;
  throw new HookDataError(`event.xml: ${size}: read the fields of event, or ask with find`);
}

/** Names what would be too large. */
export function within<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof HookDataError)) throw error;
    throw new HookDataError(`${what}: ${error.message}`, { cause: error });
  }
}

/** The value, or why the XML is not available, as an error for the handler. */
export function reads(get: () => Json | undefined): Answer {
  try {
    return value(get() ?? null);
  } catch (error) {
    if (error instanceof HookDataError) return { error: { name: "HookDataError", message: error.message } };
    throw error;
  }
}
