/** The first bytes of a file, as Latin-1 text; undefined if it cannot be read. */
export function startOfFile(path: string, length: number): string | undefined {
  return part(path, length, () => 0);
}

/** The last bytes of a file, as Latin-1 text; undefined if it cannot be read. */
export function endOfFile(path: string, length: number): string | undefined {
  return part(path, length, (size) => Math.max(0, size - length));
}

function part(path: string, length: number, start: (size: number) => number): string | undefined {
  try {
    // Opening a FIFO would wait for who writes to it.
    if (!Deno.statSync(path).isFile) return undefined;
    using file = Deno.openSync(path);
    const { size } = file.statSync();
    file.seekSync(start(size), Deno.SeekMode.Start);
    const bytes = new Uint8Array(Math.min(length, size));
    let at = 0;
    while (at < bytes.length) {
      const n = file.readSync(bytes.subarray(at));
      if (n === null || n === 0) break;
      at += n;
    }
    return new TextDecoder("latin1").decode(bytes.subarray(0, at));
  } catch {
    return undefined;
  }
}
