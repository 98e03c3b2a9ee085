/** The first byte that is not part of a valid UTF-8 sequence (RFC 3629), or -1. */
export function invalidUtf8(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at]!;
    if (first < 0x80) {
      at++;
      continue;
    }
    const length = first >= 0xc2 && first <= 0xdf
      ? 2
      : first >= 0xe0 && first <= 0xef
      ? 3
      : first >= 0xf0 && first <= 0xf4
      ? 4
      : 0;
    if (length === 0 || at + length > bytes.length) return at;
    // The second byte's range is narrower after these: overlong forms, surrogates, beyond U+10FFFF.
    const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
    const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
    if (bytes[at + 1]! < low || bytes[at + 1]! > high) return at;
    for (let i = 2; i < length; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return at;
    at += length;
  }
  return -1;
}
