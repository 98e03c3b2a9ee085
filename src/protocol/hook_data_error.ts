/** What was asked of the XML cannot be had: nothing came, too much came, it is malformed, or the answer would be too large. The message is one line. */
export class HookDataError extends Error {
  override readonly name = "HookDataError";
}
