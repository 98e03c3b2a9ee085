import type { Json } from "../base/json.ts";
import { type HookEvent, shutoffReason } from "../protocol/event.ts";

/**
 * The fields of `event` that cost nothing, as a handler sees them. Fields that need the XML are fetched when
 * they are read.
 */
export function eventFields(event: HookEvent, caller: string | undefined): Json {
  const reason = shutoffReason(event);
  return {
    ...(event.details && { missed: false, folded: 0, ...event.details }),
    driver: event.driver,
    operation: event.operation,
    subOperation: event.subOperation,
    extra: event.details === undefined ? event.extra : "-",
    name: event.object,
    ...(reason === undefined ? {} : { reason }),
    ...(event.driver === "daemon" && caller !== undefined ? { daemon: caller } : {}),
  };
}
