import type { Checkpoints } from "./checkpoints.ts";

/** What `make CHECKPOINT=no` builds in place of enabled.ts: every process starts plainly. */
export const CHECKPOINTS: Checkpoints = {
  impossible: () => "this program was built without checkpoints (make CHECKPOINT=no)",
  become: () => Promise.resolve(undefined),
  probe: () => Promise.resolve(undefined),
  afterCall: () => Promise.resolve(),
  removeUnwanted: () => Promise.resolve(),
};
