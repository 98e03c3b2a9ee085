import { OPERATIONS } from "../protocol/operations.ts";
import { print } from "../system/self.ts";

/** The words of a hook call: object, operation, sub-operation, extra. */
const HOOK_WORDS = 4;

/**
 * Reports that nothing works without /proc, which also holds the name by which this program was called. A
 * call that looks like a hook call is aborted only where that is harmless: no running guest is killed for it.
 *
 * @returns the exit code
 */
export function endWithoutProc(args: readonly string[]): number {
  print(2, "hookvisor: /proc is not mounted, and hookvisor requires it: mount -t proc proc /proc\n");
  if (args.length !== HOOK_WORDS) return 1;
  return OPERATIONS.some(({ name, onFailure }) => name === args[1] && onFailure === "abort") ? 1 : 0;
}
