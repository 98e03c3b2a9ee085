import { codePointName, isXmlCharacter, nameEnd } from "./characters.ts";
import { type Fault, shown } from "./fault.ts";

const PREDEFINED: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

/**
 * Reads the reference whose `&` stands at `at`: one of XML's five entities or
 * a character reference. Others would need a document type, which libvirt's
 * XML never has.
 */
export function readReference(text: string, at: number): { value: string; end: number } | Fault {
  if (text[at + 1] === "#") return readCharacterReference(text, at);
  const end = nameEnd(text, at + 1);
  if (end === at + 1 || text[end] !== ";") {
    return { offset: at, message: "an & that starts no reference", hint: "write &amp;" };
  }
  const name = text.slice(at + 1, end);
  const value = PREDEFINED.get(name);
  if (value !== undefined) return { value, end: end + 1 };
  return {
    offset: at,
    message: `entity &${shown(name)}; is not defined`,
    hint: "only &amp; &lt; &gt; &quot; &apos; and character references are",
  };
}

function readCharacterReference(text: string, at: number): { value: string; end: number } | Fault {
  const hex = text[at + 2] === "x";
  let end = at + (hex ? 3 : 2);
  const digits = end;
  let code = 0;
  for (;; end++) {
    const digit = digitOf(text.charCodeAt(end), hex ? 16 : 10);
    if (digit < 0) break;
    // Stops at the first value that is not a character: any number of digits may follow.
    code = Math.min(code * (hex ? 16 : 10) + digit, 0x110000);
  }
  if (end === digits || text[end] !== ";") {
    return { offset: at, message: "malformed character reference", hint: "write &#38; or &#x26;" };
  }
  if (!isXmlCharacter(code)) {
    const name = code > 0x10ffff ? "a number beyond Unicode" : codePointName(code);
    return { offset: at, message: `character reference to ${name}, which XML does not allow` };
  }
  return { value: String.fromCodePoint(code), end: end + 1 };
}

function digitOf(code: number, base: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  if (base !== 16) return -1;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
