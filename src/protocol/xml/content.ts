import { decodeCdata, decodeText } from "./escape.ts";

/** A piece of content between child elements. */
export interface ContentPiece {
  kind: "text" | "cdata" | "comment" | "instruction";
  start: number;
  end: number;
}

/** The pieces of a stretch of content that holds no element, in a text that has been checked. */
export function* contentPieces(text: string, from: number, to: number): Generator<ContentPiece> {
  let at = from;
  while (at < to) {
    if (text.charCodeAt(at) !== 60) {
      // Bounded by `to`: otherwise every gap would search the whole rest of the text.
      let end = at + 1;
      while (end < to && text.charCodeAt(end) !== 60) end++;
      yield { kind: "text", start: at, end };
      at = end;
      continue;
    }
    const [kind, mark] = text.startsWith("<!--", at)
      ? ["comment", "-->"] as const
      : text.startsWith("<?", at)
      ? ["instruction", "?>"] as const
      : ["cdata", "]]>"] as const;
    const end = text.indexOf(mark, at + 2) + mark.length;
    yield { kind, start: at, end };
    at = end;
  }
}

/** The decoded text in a stretch of content that holds no element; comments and instructions left out. */
export function textBetween(text: string, from: number, to: number): string {
  if (from >= to) return "";
  const parts: string[] = [];
  for (const { kind, start, end } of contentPieces(text, from, to)) {
    if (kind === "text") parts.push(decodeText(text.slice(start, end)));
    else if (kind === "cdata") parts.push(decodeCdata(text.slice(start + 9, end - 3)));
  }
  return parts.join("");
}

/** Whether a stretch of content holds nothing but literal white space, comments and processing instructions. */
export function isLayout(text: string, from: number, to: number): boolean {
  for (const { kind, start, end } of contentPieces(text, from, to)) {
    if (kind === "cdata" || (kind === "text" && !/^[ \t\r\n]*$/.test(text.slice(start, end)))) return false;
  }
  return true;
}
