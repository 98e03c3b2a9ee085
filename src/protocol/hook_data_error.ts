/**
 * The requested part of the XML is not available: nothing came, too much came, it is malformed, or the answer
 * would be too large. The message is one line.
 */
export class HookDataError extends Error {
  override readonly name = "HookDataError";
}
