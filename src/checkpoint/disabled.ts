import type { Checkpoints } from "./checkpoints.ts";

/** The module that `make CHECKPOINT=no` builds in place of enabled.ts: every process makes a plain start. */
export const CHECKPOINTS: Checkpoints = {
  impossible: () => "this program was built without checkpoints (make CHECKPOINT=no)",
  become: () => Promise.resolve(undefined),
  probe: () => Promise.resolve(undefined),
  afterCall: () => Promise.resolve(),
  removeUnwanted: () => Promise.resolve(),
};
