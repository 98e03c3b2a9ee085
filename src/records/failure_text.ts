import type { HandlerEntry } from "./record.ts";

/** Why a handler failed, and at which file, line and column, where known. */
export function failureText({ message, outcome, at }: HandlerEntry): string {
  return `${message ?? outcome}${at === undefined ? "" : ` (${at})`}`;
}
