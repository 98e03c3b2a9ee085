import type { LoadedConfig } from "./load_config.ts";
import type { LoadedHandlers } from "./load_handlers.ts";

/** Configuration and handlers as one hook call finds them. */
export interface Site {
  config: LoadedConfig;
  handlers: LoadedHandlers;
  /** Rewrites the index for later calls, after the handlers have run. Returns a remark for the record if it cannot. */
  refresh?(): Promise<string | undefined>;
}
