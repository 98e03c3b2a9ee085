const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
];

/** The longest duration that any setting accepts: a day, far below the limit of a timer (2^31 ms). */
export const LONGEST_MS = 24 * 3_600_000;

/**
 * Reads a duration: whole numbers, each with its unit, the longest unit
 * first, each unit at most once: `5s`, `300ms`, `2m`, `1m30s`.
 *
 * @param most The longest accepted duration, in milliseconds.
 * @returns The milliseconds, at least 1, or what is wrong and what to write
 * instead.
 */
export function parseDuration(
  text: string,
  most: number = LONGEST_MS,
): { ms: number } | { error: string; hint: string } {
  const parts = /^(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?(?:(\d{1,9})ms)?$/.exec(text);
  if (text === "" || !parts) return { error: `${quoted(text)} is not a duration`, hint: hintFor(text) };
  const ms = UNITS.reduce((sum, [, unit], i) => sum + Number(parts[i + 1] ?? 0) * unit, 0);
  if (ms === 0) return { error: "a duration must be longer than 0", hint: "write at least 1ms" };
  if (ms > most) {
    return { error: `${quoted(text)} is too long`, hint: `at most ${formatDuration(most)}` };
  }
  return { ms };
}

/** The shortest text that `parseDuration` reads as these milliseconds, rounded to whole ones: `1m30s`. */
export function formatDuration(ms: number): string {
  let left = Math.round(ms);
  let text = "";
  for (const [name, unit] of UNITS) {
    const count = Math.floor(left / unit);
    left -= count * unit;
    if (count > 0) text += `${count}${name}`;
  }
  return text === "" ? "0ms" : text;
}

function hintFor(text: string): string {
  if (/^\d+$/.test(text)) return `give the unit: ${text}s or ${text}ms`;
  const fraction = /^(\d*\.\d+) ?(h|m|s)$/.exec(text);
  if (fraction) {
    const unit = UNITS.find(([name]) => name === fraction[2]);
    const ms = Number(fraction[1]) * (unit?.[1] ?? 1);
    if (ms >= 1 && ms <= LONGEST_MS) return `use whole numbers: ${formatDuration(ms)}`;
  }
  return "write it like 5s, 300ms, 2m or 1m30s";
}

function quoted(text: string): string {
  return text.length > 40 ? `"${text.slice(0, 40)}…"` : `"${text}"`;
}
