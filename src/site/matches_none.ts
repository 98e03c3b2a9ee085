import { type HandlerIndex, indexedFor } from "./handler_index.ts";
import { matchManifest } from "../manifest/match.ts";
import type { HookEvent } from "../protocol/event.ts";

/**
 * Whether a call ends before it begins: no handler in the index can match it,
 * by the filters that cost nothing, and nothing else needs it. Filters that
 * need the XML count as matching here and are examined later.
 */
export function matchesNone({ config: { config }, handlers }: HandlerIndex, event: HookEvent): boolean {
  if (config.record.keep > 0) return false;
  const { driver, operation, object: name } = event;
  return !handlers.some((handler) => {
    if (!indexedFor(handler, driver, operation)) return false;
    if (handler.manifest === undefined) return true;
    let needsXml = false;
    const ask = () => {
      needsXml = true;
      return undefined;
    };
    return matchManifest(handler.manifest, { driver, operation, name, uuid: ask, owner: ask }).matches ||
      needsXml;
  });
}
