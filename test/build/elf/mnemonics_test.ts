/**
 * The machine code is written by hand, hex and mnemonic side by side, and only the hex is run: here an assembler of
 * others, GNU as, says of every row what its mnemonic is in hex.
 */
import { deepEqual, ok } from "node:assert/strict";
import type { Line } from "../../../build/elf/assemble.ts";
import { hasTool } from "./tools.ts";
import { Folder } from "./real_programs.ts";

const HAS_AS = hasTool("as");
const ELF = new URL("../../../build/elf/", import.meta.url);

/** An instruction, as opposed to a label or data. */
type Row = Exclude<Line, { label: string } | { data: Uint8Array }>;

/** These put together what the others export. */
const WITHOUT_CODE = ["add_entry_code.ts", "entry_code.ts"];

/** Every instruction of build/elf/*_code.ts, by its file. */
async function allRows(): Promise<[file: string, rows: Row[]][]> {
  const files = [...Deno.readDirSync(ELF)].map(({ name }) => name)
    .filter((name) => name.endsWith("_code.ts") && !WITHOUT_CODE.includes(name));
  return await Promise.all(
    files.sort().map(async (file): Promise<[string, Row[]]> => {
      const exported: Record<string, unknown> = await import(new URL(file, ELF).href);
      const lines = Object.values(exported).filter(Array.isArray).flat() as Line[];
      return [file, lines.filter((line): line is Row => "code" in line || "jump" in line)];
    }),
  );
}

/** What stands for a distance that only the whole program has: in the source, and in hex. */
const DISTANCE = "0x11223344";
const DISTANCE_HEX = "44332211";
/** Each row begins at a multiple of this, and is filled up. */
const ROOM = 32;
const FILL = "cc";

const isShort = (opcode: string) => /^(eb|7.)$/.test(opcode);

/** What a row's mnemonic says, without its comment. */
function mnemonic({ is }: Row): string {
  return is.replace(/ *;.*$/, "");
}

/** A row's mnemonic as GNU as reads it. Jumps go to themselves, or so far that the distance needs four bytes. */
function source(row: Row): string {
  const text = mnemonic(row);
  if ("jump" in row) return `${text.split(" ")[0]} ${isShort(row.jump) ? "." : "far"}`;
  if (row.of === undefined) return text.replaceAll(/\b(byte|word|dword|qword) \[/g, "$1 ptr [");
  return text.startsWith("call ")
    ? `call . + 5 + ${DISTANCE}`
    : text.replace(/(byte|word|dword|qword)? ?\[[^\]]+\]/, (_, size) =>
      ` ${size ? `${size} ptr` : ""} [rip + ${DISTANCE}]`);
}

/** A row's own hex, filled up. A jump's distance is taken from `found`. */
function expected(row: Row, found: string): string {
  const opcode = ("jump" in row ? row.jump : row.code).replaceAll(" ", "");
  const distance = isShort(opcode) ? 2 : 8;
  const rest = "jump" in row
    ? found.slice(opcode.length, opcode.length + distance)
    : row.of
    ? DISTANCE_HEX
    : "";
  return (opcode + rest).padEnd(2 * ROOM, FILL);
}

/** What GNU as makes of rows, in hex, each filled up. */
async function assembled(rows: Row[]): Promise<string[]> {
  using folder = new Folder();
  const lines = rows.map((row) => `.p2align 5, 0x${FILL}\n${source(row)}`);
  const text = [".intel_syntax noprefix", ...lines, ".p2align 5, 0x" + FILL, ".skip 4096", "far:", ""].join(
    "\n",
  );
  folder.write("rows.s", new TextEncoder().encode(text));
  await folder.script("as --64 -o rows.o rows.s && objcopy -O binary -j .text rows.o rows.bin");
  const bytes = Deno.readFileSync(`${folder.path}/rows.bin`);
  return rows.map((_, i) => bytes.slice(i * ROOM, (i + 1) * ROOM).toHex());
}

for (const [file, rows] of await allRows()) {
  Deno.test({
    ignore: !HAS_AS,
    name:
      `GNU as makes of every mnemonic in ${file} the bytes that stand beside it (needs Debian's binutils)`,
    fn: async () => {
      ok(rows.length > 0);
      const found = await assembled(rows);
      const as = (hex: (row: Row, i: number) => string) =>
        rows.map((row, i) => `${row.is.trim()}: ${hex(row, i)}`);
      deepEqual(as((row, i) => expected(row, found[i]!)), as((_, i) => found[i]!));
    },
  });

  Deno.test(`every mnemonic in ${file} names the label that its row goes to or refers to`, () => {
    for (const row of rows) {
      const label = "jump" in row ? row.to : row.of;
      if (label === undefined) continue;
      const name = /\[([^\]]+)\]/.exec(mnemonic(row))?.[1] ?? mnemonic(row).replace(/^\S+ /, "");
      deepEqual(name.replaceAll("_", " "), label.replaceAll("_", " "), row.is);
    }
  });
}
