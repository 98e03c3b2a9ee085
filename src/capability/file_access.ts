import { type Answer, type CallContext, type Failure, misuse, notAllowed } from "./capability.ts";
import type { Grant, Refusal } from "./grant.ts";
import type { Json } from "../base/json.ts";
import { normalisePath } from "../manifest/path_rule.ts";
import { procLinks } from "../manifest/proc_links.ts";
import { type Place, walk } from "../system/file.ts";
import { SystemError } from "../system/system_error.ts";

/** The largest file that `fs.read` returns and the largest text that may be written, in bytes. */
export const SIZE_LIMIT = 8 * 1024 * 1024;

export type Access = "read" | "write";

/**
 * Checks the path against the grant, walks to it, and checks where the links on
 * the way lead: outside /sys and /proc the grant must allow that too.
 *
 * @param missing the answer when a directory on the way does not exist; absent:
 * an error
 */
export function withPlace(
  call: string,
  kind: Access,
  path: Json | undefined,
  { grant }: Pick<CallContext, "grant">,
  follow: boolean,
  act: (place: Place) => Answer,
  missing?: Answer,
): Answer {
  if (typeof path !== "string") return misuse(`host.${call}: the first argument must be a path`);
  const normal = normalisePath(path);
  if ("error" in normal) {
    return misuse(`host.${call}: ${JSON.stringify(path.slice(0, 300))}: ${normal.error}`);
  }
  const refuse = (path: string) => kind === "read" ? grant.refuseRead(path) : grant.refuseWrite(path);
  const refusal = refuse(normal.path);
  if (refusal !== undefined) return denied(call, refusal);
  try {
    using place = walk(normal.path, follow);
    const refusal = refuseReal(grant, kind, normal.path, place.path);
    return refusal === undefined ? act(place) : denied(call, refusal);
  } catch (error) {
    if (missing !== undefined && isMissing(error)) return missing;
    throw error;
  }
}

/**
 * Undefined when a handler may use a path that leads to another through symbolic links. The kernel itself
 * makes the links in /sys and /proc, so their targets need not be allowed, except outside a process's
 * directory; but what the policy denies stays denied.
 */
export function refuseReal(grant: Grant, kind: Access, path: string, real: string): Refusal | undefined {
  if (real === path) return undefined;
  const isKernels = KERNELS.some((root) => path.startsWith(root) && real.startsWith(root)) &&
    procLinks(path).length === procLinks(real).length;
  const refusal = isKernels
    ? grant.refuseDenied(kind, real)
    : kind === "read"
    ? grant.refuseRead(real)
    : grant.refuseWrite(real);
  return refusal && { ...refusal, message: `${path} resolves to ${real}: ${refusal.message}` };
}

const KERNELS = ["/sys/", "/proc/"];

function isMissing(error: unknown): boolean {
  return error instanceof SystemError && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

export function denied(call: string, refusal: Refusal): Failure {
  return notAllowed(`host.${call}: ${refusal.message}`, refusal.hint);
}

export function tooLarge(call: string, path: string): Failure {
  return {
    error: { name: "SystemError", code: "EFBIG", message: `host.${call}: ${path} is larger than 8 MiB` },
  };
}
