import type { KnownGuest } from "./guest_states.ts";
import { readPrivate, writePrivate } from "../system/private_file.ts";

const LARGEST = 8 * 1024 * 1024;

/** Where the guests that are known are kept, so that a watch which is started anew can tell what it missed. */
function fileIn(directory: string): string {
  return `${directory}/watch.json`;
}

/** The guests that the last watch knew, by driver; nothing where there was none. */
export function readGuests(directory: string): Map<string, KnownGuest[]> {
  try {
    const kept: unknown = JSON.parse(readPrivate(fileIn(directory), LARGEST) ?? "{}");
    return new Map(Object.entries(kept as Record<string, KnownGuest[]>));
  } catch (error) {
    // The file is ours alone; after an accident it is as if there were none.
    if (error instanceof SyntaxError || error instanceof TypeError) return new Map();
    throw error;
  }
}

/** @throws {SystemError} */
export function writeGuests(directory: string, guests: Record<string, KnownGuest[]>): void {
  writePrivate(fileIn(directory), JSON.stringify(guests));
}
