import type { Json } from "../base/json.ts";
import { oneLine } from "../base/one_line.ts";
import type { Outcome } from "../base/outcome.ts";

/**
 * A handler's error as an outcome. `told` is the result of the prelude's
 * `describe`, and as hostile as the handler; `source` is the text of `file`.
 */
export function guestFailure(file: string, source: string, told: Json): Outcome {
  const { name, message, stack, unseen } = typeof told === "object" && told !== null && !Array.isArray(told)
    ? told
    : {};
  const text = typeof message === "string" && message !== "" ? message : "it threw a value without a message";
  const kind = typeof name === "string" && /^[A-Za-z]{1,40}$/.test(name) && !ONLY_MESSAGE.has(name)
    ? `${name}: `
    : "";
  const forgotten = typeof unseen === "string" ? `host.${unseen} was not awaited and failed: ` : "";
  const at = (typeof stack === "string" ? place(file, stack) : undefined) ??
    placeOfImport(file, source, text);
  return {
    ok: false,
    cause: "error",
    message: oneLine(forgotten + kind + explain(text)).slice(0, 2000),
    ...(at === undefined ? {} : { at }),
  };
}

/** Names that add nothing to the message. */
const ONLY_MESSAGE = new Set(["Error", "NotAllowed", "CommandFailed", "SystemError", "TimeoutError"]);

/** What does not exist, and what replaces it. */
const INSTEAD: Readonly<Record<string, string>> = {
  setTimeout: "wait with await host.sleep(ms), or for something with host.waitFor(() => ...)",
  setInterval: "look again and again with host.waitFor(() => ..., {every: ms})",
  require:
    "a handler is a single file without modules; what reaches the host is host.exec, host.fs and the rest of host",
  fetch: "a handler has no network of its own; host.exec runs curl, within allow.exec",
  XMLHttpRequest: "a handler has no network of its own; host.exec runs curl, within allow.exec",
  process: "what the call is about is in event, settings are in host.options, and host.exec runs programs",
  Deno: "a handler reaches the host by host.exec, host.fs and the rest of host",
  Bun: "a handler reaches the host by host.exec, host.fs and the rest of host",
  fs: "files are host.fs.read, host.fs.write and the rest of host.fs",
  execSync: "programs are run with await host.exec(program, [arguments])",
  exec: "programs are run with await host.exec(program, [arguments])",
  Buffer: "texts are strings here; what reaches the host takes and gives strings",
};

const NO_MODULE = /could not load module '([^']*)'/;

function explain(message: string): string {
  const missing = /^'?([A-Za-z]+)'? is not defined$/.exec(message)?.[1];
  if (missing !== undefined && Object.hasOwn(INSTEAD, missing)) return `${message}: ${INSTEAD[missing]}`;
  if (NO_MODULE.test(message)) {
    return `${message}: a handler is a single file and cannot import: what reaches the host is in host`;
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

/** Where the handler imports what an error says could not be loaded: QuickJS has no place for that. */
function placeOfImport(file: string, source: string, message: string): string | undefined {
  const module = NO_MODULE.exec(message)?.[1];
  if (module === undefined) return undefined;
  for (const [index, line] of source.split("\n").entries()) {
    const column = line.search(/\b(import|from)\b/);
    if (column >= 0 && line.includes(module, column)) return `${file}:${index + 1}:${column + 1}`;
  }
  return undefined;
}
