import { readReference } from "./references.ts";

/** A text as element content: `&`, `<`, `>` escaped, and CR, which would be read back as LF. */
export function escapeText(value: string): string {
  return value.replace(/[&<>\r]/g, escapeCharacter);
}

/** A text as an attribute's value between these quotes; line ends and tabs, which would be read back as spaces, as references. */
export function escapeAttribute(value: string, quote: string): string {
  return value.replace(quote === "'" ? /[&<>'\t\n\r]/g : /[&<>"\t\n\r]/g, escapeCharacter);
}

function escapeCharacter(c: string): string {
  switch (c) {
    case "&":
      return "&amp;";
    case "<":
      return "&lt;";
    case ">":
      return "&gt;";
    case "'":
      return "&apos;";
    case '"':
      return "&quot;";
    default:
      return `&#${c.charCodeAt(0)};`;
  }
}

/** Character data as written in a document that has been checked, decoded: references resolved, line ends as LF. */
export function decodeText(raw: string): string {
  return decode(raw, (part) => part.includes("\r") ? part.replace(/\r\n?/g, "\n") : part);
}

/** An attribute's value as written in a document that has been checked, decoded: references resolved, white space as spaces. */
export function decodeAttribute(raw: string): string {
  return decode(raw, (part) => part.replace(/\r\n|[\r\n\t]/g, " "));
}

/** A CDATA section's content, decoded: only line ends change. */
export function decodeCdata(raw: string): string {
  return raw.includes("\r") ? raw.replace(/\r\n?/g, "\n") : raw;
}

function decode(raw: string, literal: (part: string) => string): string {
  let amp = raw.indexOf("&");
  if (amp < 0) return literal(raw);
  const parts: string[] = [];
  let done = 0;
  while (amp >= 0) {
    parts.push(literal(raw.slice(done, amp)));
    const reference = readReference(raw, amp);
    if ("message" in reference) throw new TypeError(`cannot decode text: ${reference.message}`);
    parts.push(reference.value);
    done = reference.end;
    amp = raw.indexOf("&", done);
  }
  parts.push(literal(raw.slice(done)));
  return parts.join("");
}
