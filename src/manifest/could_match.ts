import { expandOperations, matchesOperation } from "./operation_glob.ts";

/**
 * Whether a handler could match an operation, decided without YAML to save a
 * hook call's time: the YAML library takes longer to load than most handlers
 * take to run. It reads the key `on` where that is written in the usual way, a
 * list on one line: `on: [qemu/prepare, "network/*"]`. For any other form the
 * answer is true, and the manifest must be parsed.
 *
 * A handler that is left out is not checked, so a mistake in its manifest is
 * reported only for the operations it matches.
 *
 * @param source The handler's file.
 */
export function couldMatch(source: string, driver: string, operation: string): boolean {
  const marks = /^\uFEFF?\s*^\/\/ ---[ \t]*\r?\n([^]*?)^\/\/ ---[ \t]*\r?$/my.exec(source);
  if (!marks) return true;
  const manifest = marks[1]!;
  // A second one, or one in quotes, is an error or an oddity, which the parser judges.
  const lines = manifest.match(/^\/\/ (?:on|"on"|'on')[ \t]*:.*$/gm) ?? [];
  const list = /^\/\/ on: *\[([\w\-/*?, "']*)\] *(?:#.*)?\r?$/.exec(lines[0] ?? "");
  if (lines.length !== 1 || !list) return true;
  const patterns = (list[1] ?? "").split(",").map((item) => /^ *(["']?)([\w\-/*?]+)\1 *$/.exec(item)?.[2]);
  return patterns.some((pattern) =>
    pattern === undefined || matchesOperation(pattern, driver, operation) || isForNothing(pattern)
  );
}

/** Whether a pattern names no existing operation, which is a typing error: the handler may have been meant for any. */
function isForNothing(pattern: string): boolean {
  return expandOperations(pattern).length === 0;
}
