/** Names of the recipes, for the command table, which does without their texts; a test holds both together. */
export const RECIPE_NAMES = [
  "empty",
  "companion",
  "cpu-isolation",
  "crash-dump",
  "governor",
  "lifecycle-log",
  "load-guard",
  "memory-guard",
  "mount-guard",
  "port-forward",
  "script-tree",
  "notify",
  "pause-on-enospc-notify",
  "restart-after-crash",
  "vfio-guard",
] as const;
