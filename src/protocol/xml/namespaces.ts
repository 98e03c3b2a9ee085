import type { AttributeRange } from "./start_tag.ts";
import type { Structure } from "./structure.ts";

/** The parts of an element that are used here. */
interface Scoped {
  readonly document: { readonly structure: Structure };
  readonly index: number;
  readonly parent: Scoped | undefined;
  visitAttributes(each: (attribute: AttributeRange) => boolean): void;
  valueOf(attribute: AttributeRange): string;
}

/**
 * Prefixes that paths may use for libvirt's namespaces, regardless of a document's own prefixes, and XML's
 * own two. Source: libvirt's docs/formatdomain.rst and formatnetwork.rst.
 */
export const KNOWN_NAMESPACES: Readonly<Record<string, string>> = {
  bhyve: "http://libvirt.org/schemas/domain/bhyve/1.0",
  dnsmasq: "http://libvirt.org/schemas/network/dnsmasq/1.0",
  libosinfo: "http://libosinfo.org/xmlns/libvirt/domain/1.0",
  lxc: "http://libvirt.org/schemas/domain/lxc/1.0",
  qemu: "http://libvirt.org/schemas/domain/qemu/1.0",
  vmware: "http://libvirt.org/schemas/domain/vmware/1.0",
  xen: "http://libvirt.org/schemas/domain/xen/1.0",
  xml: "http://www.w3.org/XML/1998/namespace",
  xmlns: "http://www.w3.org/2000/xmlns/",
};

/** The URI that a prefix (`""`: the default namespace) stands for at an element; `""` when it is not declared. */
export function lookUpNamespace(element: Scoped, prefix: string): string {
  if (prefix === "xml" || prefix === "xmlns") return KNOWN_NAMESPACES[prefix]!;
  const { structure } = element.document;
  for (let at: Scoped | undefined = element; at !== undefined; at = at.parent) {
    if (structure.declares[at.index] === 0) continue;
    const uri = declarations(at).get(prefix);
    if (uri !== undefined) return uri;
  }
  return "";
}

/** Every prefix declared at an element, with its URI, the innermost declaration of each. */
export function namespacesInScope(element: Scoped): Map<string, string> {
  const found = new Map<string, string>();
  for (let at: Scoped | undefined = element; at !== undefined; at = at.parent) {
    if (element.document.structure.declares[at.index] === 0) continue;
    for (const [prefix, uri] of declarations(at)) if (!found.has(prefix)) found.set(prefix, uri);
  }
  return found;
}

// The root's declarations are requested again and again; no others are worth caching.
const MAX_KEPT = 512;
const kept = new WeakMap<object, Map<number, Map<string, string>>>();

function declarations(element: Scoped): Map<string, string> {
  let cache = kept.get(element.document);
  if (cache === undefined) kept.set(element.document, cache = new Map());
  let found = cache.get(element.index);
  if (found === undefined) {
    found = new Map();
    const declared = found;
    element.visitAttributes((attribute) => {
      const { name } = attribute;
      if (name === "xmlns") declared.set("", element.valueOf(attribute));
      else if (name.startsWith("xmlns:")) declared.set(name.slice(6), element.valueOf(attribute));
      return false;
    });
    if (cache.size >= MAX_KEPT) cache.clear();
    cache.set(element.index, found);
  }
  return found;
}
