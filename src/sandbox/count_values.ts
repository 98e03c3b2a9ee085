/**
 * How many values a JSON text holds at most, without making any: a short text
 * (`[{},{},…]`) can be a hundred times as large once it is parsed.
 *
 * Commas and opening brackets outside of strings are counted; counting ends
 * when there are more than `enough`. Text that is not JSON also gets some
 * count.
 */
export function countValues(text: string, enough: number): number {
  let count = 1;
  for (let i = 0; i < text.length && count <= enough; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) i = endOfString(text, i);
    else if (c === COMMA || c === BRACKET || c === BRACE) count++;
  }
  return count;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const BRACE = 0x7b;

/** Where the string that begins at `start` ends. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}
