/**
 * The smallest assembler that serves: machine code is written as hex with its mnemonic beside it, and only what a
 * person gets wrong, the distances of jumps, is worked out.
 */
export type Line =
  /** A place to jump to. */
  | { label: string }
  /** Bytes in hex, as the mnemonic says. */
  | { code: string; is: string }
  /** A jump of two bytes: the opcode (`eb` always, `7x` on a condition) and a distance of -128 to 127 bytes. */
  | { jump: string; to: string; is: string };

/**
 * Assembles lines to bytes.
 *
 * @throws {Error} when a label is missing or named twice, or a jump is too far.
 */
export function assemble(lines: Line[]): Uint8Array {
  const places = new Map<string, number>();
  let length = 0;
  for (const line of lines) {
    if ("label" in line) {
      if (places.has(line.label)) throw new Error(`label ${line.label} is there twice`);
      places.set(line.label, length);
    } else length += "jump" in line ? 2 : Uint8Array.fromHex(line.code.replaceAll(" ", "")).length;
  }
  const out: number[] = [];
  for (const line of lines) {
    if ("code" in line) out.push(...Uint8Array.fromHex(line.code.replaceAll(" ", "")));
    if (!("jump" in line)) continue;
    const place = places.get(line.to);
    if (place === undefined) throw new Error(`there is no label ${line.to} for ${line.is}`);
    const distance = place - (out.length + 2);
    if (distance < -128 || distance > 127) throw new Error(`${line.is} is ${distance} bytes away: too far`);
    out.push(parseInt(line.jump, 16), distance & 0xff);
  }
  return Uint8Array.from(out);
}
