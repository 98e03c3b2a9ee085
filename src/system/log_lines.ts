import { isThere } from "./file.ts";

/** A file of lines that is rotated to `path.1`, `path.2`, … when it has grown large, read in either direction with little memory. */

const BLOCK = 256 * 1024;
const NEWLINE = 10;

/**
 * The open files of a log, the newest first: `path`, `path.1`, … Opened together, so that a rotation
 * meanwhile loses and duplicates nothing.
 */
function openAll(path: string): Deno.FsFile[] {
  const files: Deno.FsFile[] = [];
  const seen = new Set<string>();
  for (let i = 0;; i++) {
    const file = open(i === 0 ? path : `${path}.${i}`);
    if (file === undefined) {
      // During a rotation the first name, or any other, may be missing.
      if (i > 0 && !isThere(`${path}.${i + 1}`)) return files;
      continue;
    }
    const id = identity(file);
    if (seen.has(id)) file.close();
    else files.push(file);
    seen.add(id);
  }
}

function open(path: string): Deno.FsFile | undefined {
  try {
    const file = Deno.openSync(path);
    if (file.statSync().isFile) return file;
    file.close();
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * A log at one moment: all its files, opened together, each up to where it ends. `follow()` returns what is
 * added after that moment, so that a caller who reads and then follows misses nothing and sees nothing twice.
 */
export class LineLog implements Disposable {
  readonly #path: string;
  /** The newest first. */
  #files: { file: Deno.FsFile; size: number }[];

  constructor(path: string) {
    this.#path = path;
    this.#files = openAll(path).map((file) => ({ file, size: file.statSync().size }));
  }

  /** Bytes, of all files together. */
  get size(): number {
    return this.#files.reduce((sum, { size }) => sum + size, 0);
  }

  /** The lines, the newest first. */
  *backward(): Generator<string> {
    for (const { file, size } of this.#files) yield* fileBackward(file, size);
  }

  /** The lines, the oldest first. */
  *forward(): Generator<string> {
    for (const { file, size } of this.#files.toReversed()) yield* fileForward(file, size);
  }

  /**
   * Passes on each line that is added later, across rotations, until `take`
   * returns false. Waits for a log that does not exist yet.
   */
  async follow(take: (line: string) => boolean): Promise<void> {
    const newest = this.#files[0];
    newest?.file.seekSync(newest.size, Deno.SeekMode.Start);
    let file = newest?.file;
    let splitter = new LineSplitter();
    for (;;) {
      const next = newFiles(this.#path, new Set(this.#files.map(({ file }) => identity(file))));
      if (!takeAll(file, splitter, take)) return;
      for (const one of next) {
        this.#files.unshift({ file: one, size: 0 });
        file = one;
        splitter = new LineSplitter();
        if (!takeAll(file, splitter, take)) return;
      }
      if (next.length > 0) this.#closeRemoved();
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  /** Files are told apart by their inode numbers, which a new file may reuse once an old one is removed and closed. */
  #closeRemoved(): void {
    this.#files = this.#files.filter(({ file }, i) => {
      if (i === 0 || file.statSync().nlink !== 0) return true;
      file.close();
      return false;
    });
  }

  [Symbol.dispose](): void {
    for (const { file } of this.#files.splice(0)) file.close();
  }
}

function* fileBackward(file: Deno.FsFile, size: number): Generator<string> {
  const decoder = new TextDecoder();
  let position = size;
  // The beginning of a line whose end has been read, in parts, the last first.
  let rest: Uint8Array[] = [];
  while (position > 0) {
    const length = Math.min(BLOCK, position);
    position -= length;
    const block = readAt(file, position, length);
    let end = block.length;
    for (
      let at = block.lastIndexOf(NEWLINE);
      at >= 0;
      at = at === 0 ? -1 : block.lastIndexOf(NEWLINE, at - 1)
    ) {
      const line = decoder.decode(joined([block.subarray(at + 1, end), ...rest]));
      rest = [];
      end = at;
      if (line !== "") yield line;
    }
    rest = [block.subarray(0, end), ...rest];
  }
  const line = decoder.decode(joined(rest));
  if (line !== "") yield line;
}

function* fileForward(file: Deno.FsFile, size: number): Generator<string> {
  const splitter = new LineSplitter();
  for (let position = 0; position < size; position += BLOCK) {
    yield* splitter.take(readAt(file, position, Math.min(BLOCK, size - position)));
  }
  yield* splitter.end();
}

/** Bytes in, whole lines out. */
class LineSplitter {
  readonly #decoder = new TextDecoder();
  #rest = "";

  *take(bytes: Uint8Array): Generator<string> {
    const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split("\n");
    this.#rest = lines.pop()!;
    for (const line of lines) if (line !== "") yield line;
  }

  *end(): Generator<string> {
    const line = this.#rest + this.#decoder.decode();
    this.#rest = "";
    if (line !== "") yield line;
  }
}

function readAt(file: Deno.FsFile, position: number, size: number): Uint8Array {
  file.seekSync(position, Deno.SeekMode.Start);
  const block = new Uint8Array(size);
  let at = 0;
  while (at < size) {
    const n = file.readSync(block.subarray(at));
    if (n === null || n === 0) break;
    at += n;
  }
  return block.subarray(0, at);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The wait between two checks of a followed log, in milliseconds. */
const LOOK_EVERY_MS = 200;

/** The files added to a log since, oldest first. */
function newFiles(path: string, over: ReadonlySet<string>): Deno.FsFile[] {
  const current = open(path);
  if (current === undefined || over.has(identity(current))) {
    current?.close();
    return [];
  }
  current.close();
  return openAll(path).reverse().filter((file) => {
    const isNew = !over.has(identity(file));
    if (!isNew) file.close();
    return isNew;
  });
}

/** Passes on what can be read of a file now; false when the caller needs no more. */
function takeAll(
  file: Deno.FsFile | undefined,
  splitter: LineSplitter,
  take: (line: string) => boolean,
): boolean {
  const buffer = new Uint8Array(BLOCK);
  for (;;) {
    const n = file?.readSync(buffer) ?? 0;
    if (n === 0) return true;
    for (const line of splitter.take(buffer.subarray(0, n))) if (!take(line)) return false;
  }
}

function identity(file: Deno.FsFile): string {
  const { dev, ino } = file.statSync();
  return `${dev}:${ino}`;
}
