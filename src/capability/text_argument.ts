import { type Failure, misuse } from "./capability.ts";
import { SIZE_LIMIT } from "./file_access.ts";
import type { Json } from "../base/json.ts";

/** A text to be written, and its bytes. */
export interface Text {
  text: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** The second argument of a call that writes: a string, or a number. */
export function textArgument(call: string, given: Json | undefined): Text | Failure {
  const text = typeof given === "number" ? String(given) : given;
  if (typeof text !== "string") {
    return misuse(`host.${call}: the second argument must be a string or a number`);
  }
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > SIZE_LIMIT) return misuse(`host.${call}: the text is larger than 8 MiB`);
  return { text, bytes };
}
