/** Base64 of a text in UTF-8, in one line. */
export function encodeBase64(text: string): string {
  return new TextEncoder().encode(text).toBase64();
}

/** The text whose bytes these are; what is no UTF-8 is replaced. */
export function decodeBase64(text: string): string {
  return new TextDecoder().decode(Uint8Array.fromBase64(text));
}
