/** One line of `/proc/PID/maps` (proc_pid_maps(5)). Addresses and offsets are bytes. */
export interface Mapping {
  start: number;
  end: number;
  read: boolean;
  write: boolean;
  execute: boolean;
  offset: number;
  inode: number;
  /** "" for memory that belongs to no file, `[stack]` and the like for the kernel's own. */
  path: string;
}

const LINE = /^([0-9a-f]+)-([0-9a-f]+) ([r-])([w-])([x-])[ps] ([0-9a-f]+) \S+ (\d+) *(.*)$/;

/** @throws {Error} when a line is not as the manual page says */
export function parseMappings(text: string): Mapping[] {
  return text.split("\n").slice(0, -1).map((line) => {
    const [, start = "", end = "", read, write, execute, offset = "", inode, path = ""] = LINE.exec(line) ??
      [];
    if (start === "") throw new Error(`a line of /proc/PID/maps that is not understood: ${line}`);
    return {
      start: parseInt(start, 16),
      end: parseInt(end, 16),
      read: read === "r",
      write: write === "w",
      execute: execute === "x",
      offset: parseInt(offset, 16),
      inode: Number(inode),
      path,
    };
  });
}
