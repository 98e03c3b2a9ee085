import { HEADER_SIZE, PROGRAM_HEADER_SIZE } from "./elf64.ts";
import { readImage } from "./image.ts";
import { moveSections, putSymbolsFirst } from "./move_sections.ts";
import { writeImage } from "./write_image.ts";

/** How many program headers tools may add. */
const SPARE_HEADERS = 8;

/**
 * Puts the table of program headers at the beginning of the file, with room behind it, and moves the sections that were
 * there. `deno compile` has put the table elsewhere, because it needs more headers than there is room for; `strip` puts
 * it back, drops the headers that do not fit, and so the payload.
 *
 * @param program a dynamic, position-independent executable
 * @returns A new array; `program` is not changed.
 * @throws {Error} when the program has no sections, or one that cannot be moved
 */
export function leaveRoomForHeaders(program: Uint8Array): Uint8Array<ArrayBuffer> {
  const image = readImage(program);
  const headers = image.others.length + image.segments.length + SPARE_HEADERS;
  moveSections(image, HEADER_SIZE + headers * PROGRAM_HEADER_SIZE);
  image.sections.sort((a, b) => a.address - b.address);
  image.segments[0]!.bytes.fill(0, HEADER_SIZE, image.sections[0]!.address);
  putSymbolsFirst(image.sections);
  return writeImage(image);
}
