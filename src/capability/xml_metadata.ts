import { type Capability, misuse } from "./capability.ts";
import { reads, within } from "./fetched_fields.ts";
import { EVENT_PARTS } from "./event_parts.ts";
import { foundAsData } from "./found_as_data.ts";
import { metadataElement } from "../protocol/xml/element_data.ts";

/** `metadata(namespace)` of `event.domain` and `event.network`, as the bridge has it: `(part, namespace)`. */
export const xmlMetadata: Capability = {
  name: "xml.metadata",
  looksOnly: true,
  isSync: true,
  isInternal: true,
  run([part, namespace], { handler: { data, event } }) {
    if (typeof namespace !== "string") return misuse("metadata: the argument must be a namespace's URI");
    return reads(() => {
      const element = EVENT_PARTS.get(String(part))?.element(data.current.root, event);
      const found = element && metadataElement(element, namespace);
      return found && within(namespace, () => foundAsData([found])[0]);
    });
  },
};
