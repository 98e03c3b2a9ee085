/** XML's white space: space, tab, line feed, carriage return (XML 1.0, production 3). */
export function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 9 || code === 13;
}

/** The first offset at or after `from` that is not white space. */
export function skipSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}

const ASCII_NAME = /[A-Za-z_:][-A-Za-z0-9_:.]*/y;

/** Where the name that starts at `from` ends; `from` itself when no name starts there (XML 1.0, production 5). */
export function nameEnd(text: string, from: number): number {
  ASCII_NAME.lastIndex = from;
  let at = ASCII_NAME.test(text) ? ASCII_NAME.lastIndex : from;
  // Nearly every name ends here.
  while (at < text.length && text.charCodeAt(at) >= 0x80) {
    const code = text.codePointAt(at)!;
    if (!(at === from ? isNameStart(code) : isNameStart(code) || isNameRest(code))) break;
    at += code > 0xffff ? 2 : 1;
    while (isAsciiNameRest(text.charCodeAt(at))) at++;
  }
  return at;
}

function isAsciiNameRest(c: number): boolean {
  return c < 0x80 && (isNameStart(c) || isNameRest(c));
}

/** Whether the whole text is one XML name. */
export function isName(text: string): boolean {
  return text !== "" && nameEnd(text, 0) === text.length;
}

/** The part of a qualified name before the colon, `""` if it has no colon. */
export function prefixOf(name: string): string {
  const colon = name.indexOf(":");
  return colon > 0 ? name.slice(0, colon) : "";
}

/** The part of a qualified name after the colon, the whole name if it has no colon. */
export function localNameOf(name: string): string {
  const colon = name.indexOf(":");
  return colon > 0 ? name.slice(colon + 1) : name;
}

/** Whether XML 1.0 allows this code point in a document at all (production 2). */
export function isXmlCharacter(code: number): boolean {
  if (code < 0x20) return code === 9 || code === 10 || code === 13;
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
}

// Everything but code units that are always allowed: controls, surrogates, the last two.
const SUSPICIOUS = /[^\t\n\r -\ud7ff\ue000-\ufffd]/g;

/** The offset of the first character that XML 1.0 forbids, lone surrogates included, or -1. */
export function forbiddenCharacter(text: string): number {
  SUSPICIOUS.lastIndex = 0;
  while (SUSPICIOUS.test(text)) {
    let at = SUSPICIOUS.lastIndex - 1;
    // Text beyond the first plane comes in runs, which the loop passes faster.
    for (;;) {
      const code = text.codePointAt(at);
      if (code === undefined || (code < 0xd800 && isXmlCharacter(code))) break;
      if (!isXmlCharacter(code)) return at;
      at += code > 0xffff ? 2 : 1;
    }
    SUSPICIOUS.lastIndex = at;
  }
  return -1;
}

/** `U+0001`: the notation for a character that cannot be shown. */
export function codePointName(code: number): string {
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

// XML 1.0 fifth edition, production 4.
function isNameStart(c: number): boolean {
  if (c < 0x80) return (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95 || c === 58;
  return (c >= 0xc0 && c <= 0x2ff && c !== 0xd7 && c !== 0xf7) ||
    (c >= 0x370 && c <= 0x1fff && c !== 0x37e) || c === 0x200c || c === 0x200d ||
    (c >= 0x2070 && c <= 0x218f) || (c >= 0x2c00 && c <= 0x2fef) || (c >= 0x3001 && c <= 0xd7ff) ||
    (c >= 0xf900 && c <= 0xfdcf) || (c >= 0xfdf0 && c <= 0xfffd) || (c >= 0x10000 && c <= 0xeffff);
}

// Production 4a: what a name may also hold after its first character.
function isNameRest(c: number): boolean {
  return (c >= 48 && c <= 57) || c === 45 || c === 46 || c === 0xb7 || (c >= 0x300 && c <= 0x36f) ||
    c === 0x203f || c === 0x2040;
}
