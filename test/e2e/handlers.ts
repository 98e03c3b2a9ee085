import { inComments } from "../manifest/in_comments.ts";

/** Handlers as the checks need them, in the format an admin writes. */
export interface HandlerText {
  on: string;
  guests?: string;
  timeout?: string;
  mode?: "background";
  /** Lines below `allow:`, such as `exec: [env]`. */
  allow?: string[];
  /** The body of the handler's function. */
  body: string;
}

/** The folder the checks' handlers may write in; the checks read it from outside. */
export const NOTES = "/var/log/hookvisor/e2e";

/** The file of a handler. */
export function handler({ on, guests, timeout, mode, allow = [], body }: HandlerText): string {
  const manifest = [
    `on: ["${on}"]`,
    guests === undefined ? "" : `guests: [${guests}]`,
    timeout === undefined ? "" : `timeout: ${timeout}`,
    mode === undefined ? "" : `mode: ${mode}`,
    allow.length === 0 ? "" : `allow:\n${allow.map((line) => `  ${line}`).join("\n")}`,
  ].filter((line) => line !== "");
  return `${inComments(manifest.join("\n"))}export default async function (event, host) {\n${body}\n}\n`;
}

/** A grant to leave notes. */
export const MAY_NOTE = `write: [${NOTES}/**]`;
