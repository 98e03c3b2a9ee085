import { XmlElement } from "./document.ts";

/** The first child element of that name (as written), or undefined. */
export function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return named(element, name, 1)[0];
}

/** The child elements of that name (as written), in order, but at most `most`. */
export function children(element: XmlElement | undefined, name: string, most = Infinity): XmlElement[] {
  return named(element, name, most);
}

function named(element: XmlElement | undefined, name: string, most: number): XmlElement[] {
  const found: XmlElement[] = [];
  if (element === undefined) return found;
  const { document } = element;
  const { nexts } = document.structure;
  const stop = nexts[element.index]!;
  // Not children(): this is called about fifty times for every domain.
  for (let at = element.index + 1; at < stop && found.length < most; at = nexts[at]!) {
    if (document.isNamed(at, name)) found.push(new XmlElement(document, at));
  }
  return found;
}

/** The text of the first child element of that name; undefined if it does not exist. */
export function childText(element: XmlElement | undefined, name: string): string | undefined {
  return child(element, name)?.textContent;
}

/** An attribute of the first child element of that name. */
export function childAttribute(
  element: XmlElement | undefined,
  name: string,
  attribute: string,
): string | undefined {
  return child(element, name)?.attribute(attribute);
}

/** The existing attributes among these names, as an object; undefined if none exists. */
export function pick<K extends string>(
  element: XmlElement | undefined,
  names: readonly K[],
): { [name in K]?: string } | undefined {
  const found: { [name in K]?: string } = {};
  let any = false;
  element?.visitAttributes((attribute) => {
    const known = names.find((n) => n === attribute.name);
    if (known !== undefined) {
      found[known] = element.valueOf(attribute);
      any = true;
    }
    return false;
  });
  return any ? found : undefined;
}

/** A number as libvirt reads it: decimal, `0x` hexadecimal or `0` octal. Undefined for anything else and beyond 2^53 - 1. */
export function integer(text: string | undefined): number | undefined {
  const match = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|[0-9]+)\s*$/.exec(text ?? "");
  if (match === null) return undefined;
  const digits = match[2]!;
  const octal = /^0[0-7]+$/.test(digits);
  const value = octal ? parseInt(digits, 8) : Number(digits);
  if (!Number.isSafeInteger(value)) return undefined;
  return match[1] === "-" && value !== 0 ? -value : value;
}

/** A decimal number, as libvirt reads most element contents. Undefined for anything else and beyond 2^53 - 1. */
export function decimal(text: string | undefined): number | undefined {
  if (text === undefined || !/^\s*-?[0-9]+\s*$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** `yes` or `on` is true, `no` or `off` false, anything else undefined. */
export function flag(text: string | undefined): boolean | undefined {
  if (text === "yes" || text === "on") return true;
  return text === "no" || text === "off" ? false : undefined;
}

/** The object without the fields that are undefined, so that JSON does not change it. */
export function compact<T extends object>(value: T): T {
  for (const key of Object.keys(value) as (keyof T)[]) if (value[key] === undefined) delete value[key];
  return value;
}
