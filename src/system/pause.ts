/** Waits, in admin commands. A hook call waits in its own loop (system/loop.ts). */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
