import { AdminFileError } from "../../system/admin_files.ts";
import { type Mapping, parseMappings } from "../../system/mappings.ts";

/** Size of a page of memory on x86-64. */
export const PAGE = 4096;

/** A descriptor of a process: what it leads to, and its `fdinfo`. */
export interface OpenFile {
  target: string;
  info: string;
}

/** What a page of a mapping holds: the process's own data, or that of the mapped file (or nothing). */
export type PageKind = "own" | "file" | "none";

/** Inspects another, stopped process through `/proc/PID`; the caller must be root or its parent. */
export class StoppedProcess {
  readonly #pid: number;
  readonly #memory: Deno.FsFile;
  readonly #pages: Deno.FsFile;

  /** @throws {AdminFileError} when the kernel denies it, or was built without the necessary feature */
  constructor(pid: number) {
    this.#pid = pid;
    this.#memory = open(`/proc/${pid}/mem`);
    this.#pages = open(`/proc/${pid}/pagemap`);
  }

  /** Whether a signal has stopped it. */
  static isStopped(pid: number): boolean {
    return /^State:\tT /m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  }

  get threads(): number {
    return [...Deno.readDirSync(`/proc/${this.#pid}/task`)].length;
  }

  mappings(): Mapping[] {
    return parseMappings(Deno.readTextFileSync(`/proc/${this.#pid}/maps`));
  }

  /** Its descriptors, by their numbers. */
  descriptors(): Map<number, OpenFile> {
    const folder = `/proc/${this.#pid}`;
    const found = [...Deno.readDirSync(`${folder}/fd`)].map(({ name }): [number, OpenFile] => [Number(name), {
      target: Deno.readLinkSync(`${folder}/fd/${name}`),
      info: Deno.readTextFileSync(`${folder}/fdinfo/${name}`),
    }]);
    return new Map(found.sort(([a], [b]) => a - b));
  }

  /** @throws {Error} when it cannot be read completely */
  read(address: number, size: number): Uint8Array<ArrayBuffer> {
    return readAt(this.#memory, address, size);
  }

  /** What each page of a mapping holds (pagemap: 63 present, 62 swapped, 61 page of a file or shared). */
  pages({ start, end }: Mapping): PageKind[] {
    const count = (end - start) / PAGE;
    const words = new Uint32Array(readAt(this.#pages, start / PAGE * 8, count * 8).buffer);
    return Array.from({ length: count }, (_, i) => {
      const high = words[2 * i + 1]!;
      if ((high & 0xc000_0000) === 0) return "none";
      return (high & 0x2000_0000) !== 0 ? "file" : "own";
    });
  }

  [Symbol.dispose](): void {
    this.#memory.close();
    this.#pages.close();
  }
}

function open(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path);
  } catch (error) {
    throw new AdminFileError(path, error);
  }
}

function readAt(file: Deno.FsFile, offset: number, size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  file.seekSync(offset, Deno.SeekMode.Start);
  let at = 0;
  while (at < size) {
    const n = file.readSync(bytes.subarray(at));
    if (n === null || n === 0) throw new Error(`${size} bytes at ${offset.toString(16)} could not be read`);
    at += n;
  }
  return bytes;
}
