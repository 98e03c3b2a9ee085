import { expandOperations, matchesOperation } from "./operation_glob.ts";

/**
 * Whether a handler could be for an operation, found out without YAML, for a
 * hook call's sake: the YAML library takes longer to load than most handlers
 * to run. It reads the key `on` where that is written in the usual way, a list
 * on one line: `on: [qemu/prepare, "network/*"]`. Written in any other way the
 * answer is true, and the manifest has to be parsed.
 *
 * A handler that is left out is not checked, so a mistake in its manifest is
 * told only for the operations it is for.
 *
 * @param source The handler's file.
 */
export function couldMatch(source: string, driver: string, operation: string): boolean {
  const marks = /^\uFEFF?\s*^\/\/ ---[ \t]*\r?\n([^]*?)^\/\/ ---[ \t]*\r?$/my.exec(source);
  if (!marks) return true;
  const manifest = marks[1]!;
  // A second one, or one in quotes, is an error or an oddity: for the parser to judge.
  const lines = manifest.match(/^\/\/ (?:on|"on"|'on')[ \t]*:.*$/gm) ?? [];
  const list = /^\/\/ on: *\[([\w\-/*?, "']*)\] *(?:#.*)?\r?$/.exec(lines[0] ?? "");
  if (lines.length !== 1 || !list) return true;
  const patterns = (list[1] ?? "").split(",").map((item) => /^ *(["']?)([\w\-/*?]+)\1 *$/.exec(item)?.[2]);
  return patterns.some((pattern) =>
    pattern === undefined || matchesOperation(pattern, driver, operation) || isForNothing(pattern)
  );
}

/** Whether a pattern names no operation there is, which is a slip of the pen: the handler may have been meant for any. */
function isForNothing(pattern: string): boolean {
  return expandOperations(pattern).length === 0;
}
