import type { LoadedConfig } from "./load_config.ts";
import type { LoadedHandlers } from "./load_handlers.ts";

/** Configuration and handlers as one hook call finds them. */
export interface Site {
  config: LoadedConfig;
  handlers: LoadedHandlers;
  /** Makes the index anew for the calls to come; for after the handlers. Gives a remark for the record when it cannot. */
  refresh?(): Promise<string | undefined>;
}
