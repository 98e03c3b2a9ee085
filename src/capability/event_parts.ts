import { DOMAIN_FIELDS, firstOfDomain } from "../protocol/domain.ts";
import type { HookEvent } from "../protocol/event.ts";
import { fewFields, type FirstFields, type Readers } from "../protocol/fields.ts";
import type { HookData } from "../protocol/hook_data.ts";
import { type HookDataElements, hookDataElements } from "../protocol/hook_data_elements.ts";
import { firstOfNetwork, NETWORK_FIELDS, portOf } from "../protocol/network.ts";
import { PORT_FIELDS } from "../protocol/network_port.ts";
import type { XmlElement } from "../protocol/xml/document.ts";

/** `event.domain`, `event.network` or `event.port`: an object whose fields are read from the XML. */
export interface EventPart {
  /** The element that paths begin at; undefined where the call has none. */
  element(root: XmlElement, event: HookEvent): XmlElement | undefined;
  /** What a handler gets first; null stands for a field that is fetched when it is read. */
  first(root: XmlElement, event: HookEvent): FirstFields | undefined;
  /** One field. */
  field(root: XmlElement, event: HookEvent, name: string): unknown;
  /**
   * What a handler gets where no document exists; the other fields fail when they are read. Undefined:
   * nothing is known.
   */
  few(data: HookData, event: HookEvent): FirstFields | undefined;
}

/** The parts of an event, by their names. */
export const EVENT_PARTS: ReadonlyMap<string, EventPart> = new Map([
  [
    "domain",
    part(
      DOMAIN_FIELDS,
      ({ domain }) => domain,
      firstOfDomain,
      (data, event) => event.driver === "network" ? undefined : named(data, event),
    ),
  ],
  [
    "network",
    part(
      NETWORK_FIELDS,
      ({ network }) => network,
      firstOfNetwork,
      (data, event) => event.driver === "network" ? named(data, event) : undefined,
    ),
  ],
  ["port", {
    element(root, event) {
      const { port, interface: plugged } = elements(root, event);
      return port ?? plugged;
    },
    first(root, event) {
      const port = event.driver === "network" ? portOf(elements(root, event)) : undefined;
      return port && { ...port };
    },
    field: (root, event, name) => ({ ...portOf(elements(root, event)) } as FirstFields)[name],
    few(data, { operation }) {
      const owner = operation === "port-deleted" ? data.knownAnyway?.owner : undefined;
      return owner && fewFields(PORT_FIELDS, { owner });
    },
  }],
]);

function elements(root: XmlElement, { driver }: HookEvent): HookDataElements {
  return driver === "network" ? hookDataElements(root) : { domain: root };
}

function named(data: HookData, { object }: HookEvent): FirstFields | undefined {
  const known = data.knownAnyway;
  return known && { name: object, ...(known.uuid !== undefined && { uuid: known.uuid }) };
}

function part<T extends object>(
  readers: Readers<T>,
  choose: (elements: HookDataElements) => XmlElement | undefined,
  first: (element: XmlElement) => FirstFields,
  known: EventPart["few"],
): EventPart {
  const element: EventPart["element"] = (root, event) => choose(elements(root, event));
  return {
    element,
    first(root, event) {
      const found = element(root, event);
      return found && first(found);
    },
    field(root, event, name) {
      const found = element(root, event);
      return found && Object.hasOwn(readers, name) ? readers[name as keyof T](found) : undefined;
    },
    few(data, event) {
      const fields = known(data, event);
      return fields && fewFields(readers, fields);
    },
  };
}
