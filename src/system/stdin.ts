import type { Deadline } from "../base/deadline.ts";
import { readSome, setNonBlocking } from "./descriptor.ts";
import type { Loop } from "./loop.ts";

/** Why standard input could not be read whole. */
export type InputFailure = { error: string };

const STDIN = 0;

/**
 * Everything on standard input, until its end.
 *
 * libvirt writes the XML into a pipe and does not mind when nobody reads it,
 * so this is called only for a handler that wants to see it.
 *
 * @param limit most bytes that are accepted
 */
export function readStdin(
  loop: Loop,
  deadline: Deadline,
  limit: number,
): { bytes: Uint8Array<ArrayBuffer> } | InputFailure {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  let state: "reading" | "end" | "too large" = "reading";
  const buffer = new Uint8Array(65_536);
  setNonBlocking(STDIN);
  const wait = loop.whenReadable(STDIN, () => {
    const n = readSome(STDIN, buffer);
    if (n === undefined) return;
    if (n === 0) state = "end";
    else if (size + n > limit) state = "too large";
    else {
      parts.push(buffer.slice(0, n));
      size += n;
    }
    if (state !== "reading") wait.cancel();
  });
  while (state === "reading" && !deadline.passed) loop.turn(deadline);
  wait.cancel();
  if (state === "reading") return { error: "standard input did not end in time" };
  if ((state as string) === "too large") return { error: `standard input is larger than ${limit} bytes` };
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return { bytes };
}
