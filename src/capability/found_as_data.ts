import type { Json } from "../base/json.ts";
import { HookDataError } from "../protocol/hook_data_error.ts";
import type { XmlElement } from "../protocol/xml/document.ts";
import { elementData } from "../protocol/xml/element_data.ts";
import type { Found } from "../protocol/xml/find.ts";

/** Elements, attributes and texts that one answer may hold: as many as an engine has room for. */
const MAX_VALUES = 50_000;
/** How many characters of XML they may represent. */
const MAX_SIZE = 2 * 1024 * 1024;

/**
 * What a path found, as a handler gets it.
 *
 * @throws {HookDataError} when it is too much
 */
export function foundAsData(found: readonly Found[]): Json[] {
  let values = 0;
  let size = 0;
  for (const one of found) {
    values += typeof one === "string" ? 1 : valuesIn(one);
    size += typeof one === "string" ? one.length : one.end - one.start;
    if (values > MAX_VALUES || size > MAX_SIZE) {
      const bounds = `${MAX_VALUES} elements and attributes and ${MAX_SIZE} characters of XML`;
      throw new HookDataError(`this exceeds the limit of one answer, ${bounds}: narrow the path`);
    }
  }
  return found.map((one) => (typeof one === "string" ? one : elementData(one)) as Json);
}

/**
 * How many elements and attributes there are in an element, itself included; counting stops when there are
 * too many.
 */
function valuesIn({ document, index }: XmlElement): number {
  const stop = document.structure.nexts[index]!;
  let count = stop - index;
  for (let at = index; at < stop && count <= MAX_VALUES; at++) {
    document.visitAttributes(at, () => ++count > MAX_VALUES);
  }
  return count;
}
