/**
 * Parts of XPath that paths do not have, and their replacements here. Each is searched for where something
 * else is expected.
 */
const OTHERS: readonly (readonly [pattern: RegExp, hint: string])[] = [
  [/^(?:child|self)::/, "no axis is needed: devices/disk"],
  [/^(?:attribute)::/, "write @ for attribute::, as in source/@file"],
  [/^descendant(?:-or-self)?::/, "write // for descendant::, as in devices//source"],
  [
    /^(?:\.\.|(?:parent|ancestor|ancestor-or-self|following|following-sibling|preceding|preceding-sibling|namespace)::)/,
    "a path leads inwards only: name the outer element and test what it contains, as in disk[target/@dev='vda']/source",
  ],
  [/^contains\s*\(/, "write * for any characters: disk[source/@file='*games*']"],
  [/^starts-with\s*\(/, "write * for any characters: disk[source/@file='/srv/*']"],
  [/^(?:ends-with|matches)\s*\(/, "write * for any characters: disk[source/@file='*.iso']"],
  [/^position\s*\(/, "a position stands alone in its brackets: disk[2], disk[last()]"],
  [/^(?:node|comment|processing-instruction)\s*\(/, "write * for elements of any name, or text()"],
  [/^and\b/, "write another pair of brackets: disk[@type='file'][@device='disk']"],
  [/^or\b/, "paths have no or: use two paths, or with a * in the value"],
  [/^\|/, "one path at a time: ask with two"],
  [/^(?:<|>)/, "values are compared with = and != only"],
  [/^==/, "a single = compares"],
  [/^[A-Za-z][-A-Za-z]*\s*\(/, "the only functions are text(), last() and not(...)"],
];

/** What to write instead of the XPath at this place, if it is XPath. */
export function pathHint(text: string, at: number): string | undefined {
  const rest = text.slice(at, at + 80);
  return OTHERS.find(([pattern]) => pattern.test(rest))?.[1];
}

/**
 * Why an unquoted value at the end of a test is not accepted as one: it begins
 * like an operator, or continues with another comparison.
 */
export function notAValue(value: string): { at: number; hint: string } | undefined {
  if (/^[=~<>!]/.test(value)) {
    return { at: 0, hint: "= or != compares; a value that begins so must be in quotes" };
  }
  const more = /\s(?:and|or|&&|\|\|)\s+[^\s=]*\s*!?=/.exec(value);
  if (more === null) return undefined;
  return {
    at: more.index + 1,
    hint: "a path has one comparison: put others in brackets, as in disk[@type='file']/@device=disk; " +
      "put a value that contains this in quotes",
  };
}
