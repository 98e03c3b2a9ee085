let restored = false;

/** Whether this process was restored from a checkpoint. */
export function isRestored(): boolean {
  return restored;
}

export function markRestored(): void {
  restored = true;
}
