import { close } from "./descriptor.ts";
import { O_RDONLY, readAll, walk } from "./file.ts";
import { SystemError } from "./system_error.ts";

/** The text of a small system file; undefined when it does not exist, is too large, or may not be read. */
export function readText(path: string, limit: number): string | undefined {
  try {
    using place = walk(path, true);
    const fd = place.open(O_RDONLY);
    try {
      const bytes = readAll(fd, limit);
      return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
    } finally {
      close(fd);
    }
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  }
}
