import { type Answer, type CallContext, type Capability, value } from "./capability.ts";
import type { Json } from "../base/json.ts";
import { domainModel } from "../protocol/domain.ts";
import { type HookData, HookDataError } from "../protocol/hook_data.ts";
import { hookDataModel } from "../protocol/network.ts";
import type { XmlDocument } from "../protocol/xml/document.ts";

/** `event.domain`, `event.network` and `event.port`. */
type Models = ReturnType<typeof hookDataModel>;

/** Handlers of one call ask for the same. Made anew for each, models were a third of a call with twenty and 8 KB. */
const MADE = new WeakMap<XmlDocument, Models>();

/** Fields of `event` that are fetched when a handler looks at them. */
export const fetchedFields: readonly Capability[] = [
  field("xml", (data) => data.isEmpty ? "" : data.current.text),
  field("uuid", (data) => data.uuid),
  field("domain", (data, isNetwork) => modelsOf(data, isNetwork).domain as Json | undefined),
  field("network", (data, isNetwork) => modelsOf(data, isNetwork).network as Json | undefined),
  field("port", (data, isNetwork) => modelsOf(data, isNetwork).port as Json | undefined),
];

function field(name: string, get: (data: HookData, isNetwork: boolean) => Json | undefined): Capability {
  return {
    name: `event.${name}`,
    looksOnly: true,
    isSync: true,
    isInternal: true,
    run: (_, { handler: { data, event } }: CallContext) => reads(() => get(data, event.driver === "network")),
  };
}

function modelsOf(data: HookData, isNetwork: boolean): Models {
  if (data.isEmpty) return {};
  const document = data.current;
  const known = MADE.get(document);
  if (known !== undefined) return known;
  const { root } = document;
  const models = isNetwork ? hookDataModel(root) : { domain: domainModel(root) };
  MADE.set(document, models);
  return models;
}

/** The value, or why the XML cannot be had, as an error for the handler. */
export function reads(get: () => Json | undefined): Answer {
  try {
    return value(get() ?? null);
  } catch (error) {
    if (error instanceof HookDataError) return { error: { name: "HookDataError", message: error.message } };
    throw error;
  }
}
