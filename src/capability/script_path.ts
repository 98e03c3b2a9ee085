import { type CallContext, type Failure, misuse } from "./capability.ts";
import { denied } from "./file_access.ts";
import type { Json } from "../base/json.ts";
import { normalisePath } from "../manifest/path_rule.ts";

/** The normalised path of a script, or of a directory of scripts, within `allow.scripts`; or the answer that refuses it. */
export function scriptPath(call: string, path: Json | undefined, { grant }: CallContext): string | Failure {
  if (typeof path !== "string") return misuse(`host.${call}: the first argument must be a path`);
  const normal = normalisePath(path);
  if ("error" in normal) {
    return misuse(`host.${call}: ${JSON.stringify(path.slice(0, 300))}: ${normal.error}`);
  }
  const refusal = grant.refuseScript(normal.path);
  return refusal === undefined ? normal.path : denied(call, refusal);
}
