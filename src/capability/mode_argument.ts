import { type Failure, misuse } from "./capability.ts";
import type { Json } from "../base/json.ts";

/** Permission bits as a number (0o640) or octal text ("640"). */
export function modeArgument(call: string, given: Json | undefined): number | Failure {
  const mode = typeof given === "string" && /^0?[0-7]{3,4}$/.test(given) ? parseInt(given, 8) : given;
  if (typeof mode === "number" && Number.isInteger(mode) && mode >= 0 && mode <= 0o1777) return mode;
  return misuse(`host.${call}: mode must be a number like 0o640 or a text like "640", without set-id bits`);
}
