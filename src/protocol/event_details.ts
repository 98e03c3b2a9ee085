import type { Json } from "../base/json.ts";
import { DOMAIN_FIELDS } from "./domain.ts";
import { parseDocument } from "./xml/parse_document.ts";
import { childText } from "./xml/read.ts";

/** Events that name a disk by its device's alias. */
const OF_DISKS: ReadonlySet<string> = new Set(["io-error", "tray", "disk-changed"]);

/**
 * What only the XML shows about an event: the disk (`vda`) behind a device's alias, and what `on_crash` has
 * libvirt do with a guest that panicked. Empty where the XML does not show it.
 */
export function detailsInXml(
  operation: string,
  fields: Readonly<Record<string, Json>>,
  xml: string,
): Record<string, Json> {
  const isPanic = operation === "crashed" && fields.reason === "panicked";
  if (!isPanic && !OF_DISKS.has(operation)) return {};
  const { document } = parseDocument(xml, { source: "libvirt" });
  if (document === undefined) return {};
  if (isPanic) {
    const onCrash = childText(document.root, "on_crash");
    return onCrash === undefined ? {} : { onCrash };
  }
  const disk = DOMAIN_FIELDS.disks(document.root)?.find(({ alias }) => alias === fields.device);
  return disk === undefined ? {} : { disk: disk.target.dev };
}
