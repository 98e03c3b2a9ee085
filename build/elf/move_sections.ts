import { PT_DYNAMIC, SHT_DYNSYM, viewOf } from "./elf64.ts";
import { type Image, PAGE, roundUp, type Section, type Segment } from "./image.ts";

const READ = 4;

/**
 * Sections that may be moved, as long as the dynamic section is updated: by name, the tag there (`d_tag`), if
 * any.
 */
const MOVABLE: Record<string, number | undefined> = {
  ".interp": undefined,
  ".dynsym": 6,
  ".dynstr": 5,
  ".hash": 4,
  ".gnu.hash": 0x6ffffef5,
  ".gnu.version": 0x6ffffff0,
  ".gnu.version_r": 0x6ffffffe,
  ".rela.dyn": 7,
  ".rela.plt": 23,
};

/**
 * Moves the sections that begin in the first `limit` bytes of memory behind all others. Their bytes stay there too.
 *
 * @throws {Error} when one of them cannot be moved
 */
export function moveSections(image: Image, limit: number): void {
  const moved = image.sections.filter(({ address }) => address < limit);
  const fixed = moved.find(({ name }) => !(name in MOVABLE) && !name.startsWith(".note."));
  if (fixed) throw new Error(`the program has no room for the code: ${fixed.name} cannot be moved`);
  const from = Math.min(...moved.map(({ address }) => address));
  const to = Math.max(...moved.map(({ address, size }) => address + size));
  const page = Math.max(PAGE, ...image.segments.map(({ align }) => align));
  const distance = roundUp(endOf(image), page) - from + from % page;
  append(image, image.segments[0]!.bytes.slice(from, to), from + distance, page);
  for (const one of image.others) {
    if (one.address >= from && one.address < to) one.address += BigInt(distance);
  }
  for (const section of moved) {
    const tag = MOVABLE[section.name];
    if (tag !== undefined) moveDynamic(image, BigInt(tag), BigInt(distance));
    section.address += distance;
  }
}

/** The first address behind all segments. */
export function endOf({ segments }: Image): number {
  return Math.max(...segments.map(({ address, memorySize }) => address + memorySize));
}

/**
 * Puts the symbols of libraries before all sections that refer to them, where linkers have them. Else `strip` numbers
 * the sections otherwise than it found them, and leaves the numbers in the symbols as they were.
 */
export function putSymbolsFirst(sections: Section[]): void {
  const from = sections.findIndex(({ type }) => type === SHT_DYNSYM);
  const to = sections.findIndex(({ link }) => link !== undefined && link === sections[from]);
  if (to >= 0 && to < from) sections.splice(to, 0, ...sections.splice(from, 1));
}

/** Adds to the address that the dynamic section has for a tag. */
function moveDynamic(image: Image, tag: bigint, distance: bigint): void {
  const address = Number(image.others.find(({ type }) => type === PT_DYNAMIC)?.address);
  const segment = image.segments.find((one) =>
    one.address <= address && address < one.address + one.bytes.length
  );
  if (!segment) throw new Error("the program has no dynamic section");
  const view = viewOf(segment.bytes);
  for (let at = address - segment.address; view.getBigInt64(at, true) !== 0n; at += 16) {
    if (view.getBigInt64(at, true) !== tag) continue;
    view.setBigInt64(at + 8, view.getBigInt64(at + 8, true) + distance, true);
  }
}

/** Appends bytes after everything: to the last segment if it is read-only, else in a new one. */
function append(image: Image, bytes: Uint8Array, address: number, page: number): void {
  const last = image.segments.at(-1)!;
  const isOnlyRead = last.flags === READ && last.bytes.length === last.memorySize;
  const segment: Segment = isOnlyRead
    ? last
    : { flags: READ, address, memorySize: 0, align: page, bytes: new Uint8Array() };
  if (!isOnlyRead) image.segments.push(segment);
  const size = address + bytes.length - segment.address;
  const larger = new Uint8Array(size);
  larger.set(segment.bytes);
  larger.set(bytes, address - segment.address);
  Object.assign(segment, { memorySize: size, bytes: larger });
}
