import { HookDataError } from "./hook_data_error.ts";
import type { XmlElement } from "./xml/document.ts";
import { compact } from "./xml/read.ts";

/** How each field of a model is read from its element. A field that returns undefined is absent. */
export type Readers<T> = { readonly [field in keyof T]-?: (element: XmlElement) => T[field] | undefined };

/** Which fields are fetched only when they are read: those that always exist, and those that may be absent. */
export type LaterFields<T> = { readonly [field in keyof T]?: "always there" | "if there" };

/** A model as a handler first gets it: null stands for a field that is fetched when it is read. */
export type FirstFields = Record<string, unknown>;

/** The longest text that is passed immediately. */
const LONG = 4096;

/** All fields of a model, in the order of their readers. */
export function readFields<T extends object>(element: XmlElement, readers: Readers<T>): T {
  const names = Object.keys(readers) as (keyof T)[];
  return compact(Object.fromEntries(names.map((name) => [name, readers[name](element)])) as T);
}

/**
 * Cheap fields immediately, all others as null: a field that a handler does not read is not fetched, and
 * cannot fail.
 */
export function firstFields<T extends object>(
  element: XmlElement,
  readers: Readers<T>,
  later: LaterFields<T>,
): FirstFields {
  const first: FirstFields = {};
  for (const name of Object.keys(readers) as (keyof T & string)[]) {
    const value = later[name] === "always there" ? null : valueOrLater(element, readers[name]);
    if (value !== undefined) first[name] = later[name] === "if there" ? null : value;
  }
  return first;
}

/** A model of which only some fields are known: the others fail when they are read. */
export function fewFields<T extends object>(readers: Readers<T>, known: FirstFields): FirstFields {
  return Object.fromEntries(
    Object.keys(readers).map((name) => [name, Object.hasOwn(known, name) ? known[name] : null]),
  );
}

function valueOrLater(element: XmlElement, read: (element: XmlElement) => unknown): unknown {
  try {
    const value = read(element);
    return typeof value === "string" && value.length > LONG ? null : value;
  } catch (error) {
    // The error for a handler that reads it.
    if (error instanceof HookDataError) return null;
    throw error;
  }
}
