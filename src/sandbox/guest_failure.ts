import type { Json } from "../base/json.ts";
import { oneLine } from "../base/one_line.ts";
import type { Outcome } from "../base/outcome.ts";

/**
 * What a handler's error says, as an outcome. `told` is what the prelude's
 * `describe` made of it, and as hostile as the handler.
 */
export function guestFailure(file: string, told: Json): Outcome {
  const { name, message, stack, unseen } = typeof told === "object" && told !== null && !Array.isArray(told)
    ? told
    : {};
  const text = typeof message === "string" && message !== ""
    ? message
    : "it threw something that says nothing";
  const kind = typeof name === "string" && /^[A-Za-z]{1,40}$/.test(name) && !ONLY_MESSAGE.has(name)
    ? `${name}: `
    : "";
  const forgotten = typeof unseen === "string" ? `host.${unseen} was not awaited and failed: ` : "";
  const at = typeof stack === "string" ? place(file, stack) : undefined;
  return {
    ok: false,
    cause: "error",
    message: oneLine(forgotten + kind + explain(text)).slice(0, 2000),
    ...(at === undefined ? {} : { at }),
  };
}

/** Names that tell an admin nothing the message does not. */
const ONLY_MESSAGE = new Set(["Error", "NotAllowed", "CommandFailed", "SystemError", "TimeoutError"]);

function explain(message: string): string {
  if (/could not load module/.test(message)) {
    return `${message}: a handler is a single file, import is not possible`;
  }
  return message;
}

/** The innermost place in the handler's own file. QuickJS writes `at name (file:line:column)`. */
function place(file: string, stack: string): string | undefined {
  const base = file.slice(file.lastIndexOf("/") + 1);
  for (const line of stack.split("\n")) {
    const found = /^\s*at (?:.*\()?(.+?):(\d+)(?::(\d+))?\)?\s*$/.exec(line);
    if (found?.[1] === base) return [file, found[2], found[3]].filter((part) => part !== undefined).join(":");
  }
  return undefined;
}
