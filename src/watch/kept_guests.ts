import type { KnownGuest } from "./guest_states.ts";
import { readPrivate, writePrivate } from "../system/private_file.ts";

const LARGEST = 8 * 1024 * 1024;

/** The file of the known guests, from which a restarted watch finds what it missed. */
function fileIn(directory: string): string {
  return `${directory}/watch.json`;
}

/** The guests that the last watch knew, by driver; empty where none ran. */
export function readGuests(directory: string): Map<string, KnownGuest[]> {
  try {
    const kept: unknown = JSON.parse(readPrivate(fileIn(directory), LARGEST) ?? "{}");
    return new Map(Object.entries(kept as Record<string, KnownGuest[]>));
  } catch (error) {
    // Only we write the file; a damaged one counts as missing.
    if (error instanceof SyntaxError || error instanceof TypeError) return new Map();
    throw error;
  }
}

/** @throws {SystemError} */
export function writeGuests(directory: string, guests: Record<string, KnownGuest[]>): void {
  writePrivate(fileIn(directory), JSON.stringify(guests));
}
