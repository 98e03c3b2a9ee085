import { type Capability, misuse } from "./capability.ts";
import { reads } from "./fetched_fields.ts";
import { partOf } from "./xml_part.ts";
import type { Json } from "../base/json.ts";
import { elementData, metadataElement } from "../protocol/xml/element_data.ts";

/** `metadata(namespace)` of `event.domain` and `event.network`, as the bridge has it: `(part, namespace)`. */
export const xmlMetadata: Capability = {
  name: "xml.metadata",
  looksOnly: true,
  isSync: true,
  isInternal: true,
  run([part, namespace], { handler: { data, event } }) {
    if (typeof namespace !== "string") return misuse("metadata: the argument must be a namespace's URI");
    return reads(() => {
      const element = partOf(data.current.root, event, part);
      const found = element && metadataElement(element, namespace);
      return found && elementData(found) as unknown as Json;
    });
  },
};
