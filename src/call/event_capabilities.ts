import type { ElementData } from "../../handlers/handler.d.ts";
import { type Answer, type Capability, misuse, value } from "../capability/capability.ts";
import { formatIssue } from "../base/issue.ts";
import type { Json } from "../base/json.ts";
import { domainModel } from "../protocol/domain.ts";
import { type HookData, HookDataError } from "../protocol/hook_data.ts";
import { hookDataElements, hookDataModel } from "../protocol/network.ts";
import { compilePath } from "../protocol/xml/compile_path.ts";
import type { XmlDocument, XmlElement } from "../protocol/xml/document.ts";
import { elementData, metadataElement } from "../protocol/xml/element_data.ts";
import { findAll, type Found } from "../protocol/xml/find.ts";

/** Fields of `event` that are fetched when looked at, as the prelude has to know them. */
export const LAZY_FIELDS = ["xml", "uuid", "domain", "network", "port"] as const;

/** Elements, attributes and characters one path may look at: some 50 ms. */
const MAX_WORK = 5_000_000;
/** What one `findAll` may give: results, and characters of XML they stand for. */
const MAX_FOUND = 10_000;
const MAX_FOUND_SIZE = 2 * 1024 * 1024;

/** `event.domain`, `event.network` and `event.port`. */
type Models = ReturnType<typeof hookDataModel>;

/** What `event` needs of standard input: its fields, and `find`, `findAll` and `metadata` of the models. */
export function eventCapabilities(data: HookData, isNetwork: boolean): Map<string, Capability> {
  const reading = (get: (args: readonly Json[]) => Json | undefined): Capability => (args) =>
    reads(() => get(args));
  const root = () => data.current.root;
  // Handlers of one call ask for the same. Made anew for each, models were a third of a call with twenty and 8 KB.
  const made = new WeakMap<XmlDocument, Models>();
  const models = (): Models => {
    if (data.isEmpty) return {};
    const document = data.current;
    const known = made.get(document);
    if (known !== undefined) return known;
    const { root } = document;
    const models = isNetwork ? hookDataModel(root) : { domain: domainModel(root) };
    made.set(document, models);
    return models;
  };
  return new Map<string, Capability>([
    ["event.xml", reading(() => data.isEmpty ? "" : data.current.text)],
    ["event.uuid", reading(() => data.uuid)],
    ["event.domain", reading(() => models().domain as Json | undefined)],
    ["event.network", reading(() => models().network as Json | undefined)],
    ["event.port", reading(() => models().port as Json | undefined)],
    [
      "xml.find",
      ([part, path, namespaces, all]) => find(data, isNetwork, part, path, namespaces, all === true),
    ],
    ["xml.metadata", ([part, namespace]) => {
      if (typeof namespace !== "string") return misuse("metadata: the argument must be a namespace's URI");
      return reads(() => {
        const element = partOf(root(), isNetwork, part);
        const found = element && metadataElement(element, namespace);
        return found && elementData(found) as unknown as Json;
      });
    }],
  ]);
}

function find(
  data: HookData,
  isNetwork: boolean,
  part: Json | undefined,
  path: Json | undefined,
  namespaces: Json | undefined,
  all: boolean,
): Answer {
  if (typeof path !== "string") {
    return misuse("find: the first argument must be a path, as devices/disk/source/@file");
  }
  const compiled = compilePath(path, { namespaces: textsOf(namespaces) });
  if (compiled.issue !== undefined) return misuse(`find: ${formatIssue(compiled.issue)}`);
  return reads(() => {
    const from = partOf(data.current.root, isNetwork, part);
    if (from === undefined) return all ? [] : undefined;
    const { found, issue } = findAll(from, compiled.path, MAX_WORK);
    if (issue !== undefined) throw new HookDataError(formatIssue(issue));
    const size = found.reduce(
      (sum, one) => sum + (typeof one === "string" ? one.length : one.end - one.start),
      0,
    );
    if (all && (found.length > MAX_FOUND || size > MAX_FOUND_SIZE)) {
      throw new HookDataError(`${path} finds too much: ${found.length} of ${size} characters; ask for less`);
    }
    return all ? found.map(plain) : found.slice(0, 1).map(plain)[0];
  });
}

function plain(found: Found): Json {
  const data: string | ElementData = typeof found === "string" ? found : elementData(found);
  return data as Json;
}

/** The element that `event.domain`, `event.network` or `event.port` stands for. */
function partOf(root: XmlElement, isNetwork: boolean, part: Json | undefined): XmlElement | undefined {
  if (!isNetwork) return part === "domain" ? root : undefined;
  const elements = hookDataElements(root);
  if (part === "network") return elements.network;
  if (part === "port") return elements.port ?? elements.interface;
  return part === "domain" ? elements.domain : undefined;
}

function textsOf(value: Json | undefined): Record<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
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
