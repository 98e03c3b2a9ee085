const LONGEST = 500;

/** Lines that only point at another one, or say where to read on: `     ^~~~`, `Try 'nft -h'`, `See "systemctl status x"`. */
const POINTS_ELSEWHERE = [
  /^[\s^~|.-]*$/,
  /^(?:please )?(?:try|see|use|run|type|for (?:more|help|details)|more information|hint:|usage:)\b/i,
];
/** Words that say what went wrong. */
const SAYS_WHY =
  /\b(?:\w*error|\w*exception|failed|failure|fatal|cannot|can't|could not|no such|not found|denied|invalid|unknown|refused|in use|busy|does not exist|not permitted|unable)\b/i;

/**
 * The line of a program's error output that says why it failed, in at most 500
 * characters, or undefined when it said nothing. Programs end with carets that
 * point at a word (nft), with "Try …" (iptables) or with "See …" (systemctl):
 * none of those is it. Of the rest the last one that says what went wrong
 * counts, else the last.
 */
export function tellingLine(output: string): string | undefined {
  const lines = output.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const telling = lines.filter((line) => !POINTS_ELSEWHERE.some((pattern) => pattern.test(line)));
  return (telling.findLast((line) => SAYS_WHY.test(line)) ?? telling.at(-1) ?? lines.at(-1))?.slice(
    0,
    LONGEST,
  );
}
