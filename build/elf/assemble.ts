/**
 * The smallest assembler that serves: machine code is written as hex with its mnemonic beside it, and the
 * assembler computes only what people get wrong, the distances between places.
 */
export type Line =
  /** A place to jump to, or the place of data. */
  | { label: string }
  /** Bytes in hex, as the mnemonic says; with `of`, four more: the distance of that label from the next instruction. */
  | { code: string; of?: string; is: string }
  /** A jump to a label: its opcode, for a distance of one byte (`eb`, `7x`) or of four (`e9`, `0f 8x`). */
  | { jump: string; to: string; is: string }
  /** Bytes that are no instructions. */
  | { data: Uint8Array; is: string };

/** Machine code, and where its labels are: bytes from its beginning. */
export interface Assembled {
  code: Uint8Array;
  labels: ReadonlyMap<string, number>;
}

const SHORT_JUMP = /^(?:eb|7.)$/;

/**
 * Assembles lines to bytes.
 *
 * @param outside labels outside these lines: bytes from their beginning
 * @throws {Error} when a label is missing or named twice, or a jump is too far.
 */
export function assemble(lines: Line[], outside: Record<string, number> = {}): Assembled {
  const labels = new Map(Object.entries(outside));
  let length = 0;
  for (const line of lines) {
    if ("label" in line) {
      if (labels.has(line.label)) throw new Error(`label ${line.label} is defined twice`);
      labels.set(line.label, length);
    } else length += sizeOf(line);
  }
  const code = new Uint8Array(length);
  const view = new DataView(code.buffer);
  let at = 0;
  for (const line of lines) {
    if ("label" in line) continue;
    const target = "jump" in line ? line.to : "code" in line ? line.of : undefined;
    code.set("data" in line ? line.data : hex("jump" in line ? line.jump : line.code), at);
    at += sizeOf(line);
    if (target === undefined || "data" in line) continue;
    const place = labels.get(target);
    if (place === undefined) throw new Error(`label ${target} of ${line.is} is not defined`);
    const distance = place - at;
    if (!isShort(line)) view.setInt32(at - 4, distance, true);
    else if (distance >= -128 && distance <= 127) view.setInt8(at - 1, distance);
    else throw new Error(`${line.is} is ${distance} bytes away, which is too far`);
  }
  return { code, labels };
}

function sizeOf(line: Exclude<Line, { label: string }>): number {
  if ("data" in line) return line.data.length;
  if ("jump" in line) return hex(line.jump).length + (isShort(line) ? 1 : 4);
  return hex(line.code).length + (line.of === undefined ? 0 : 4);
}

function isShort(line: Line): boolean {
  return "jump" in line && SHORT_JUMP.test(line.jump);
}

function hex(text: string): Uint8Array {
  return Uint8Array.fromHex(text.replaceAll(" ", ""));
}
