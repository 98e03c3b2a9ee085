import { type Answer, type CallContext, type Capability, type Failure, misuse, value } from "./capability.ts";
import { denied, withPlace } from "./file_access.ts";
import { holderOf, withJournal } from "./with_journal.ts";
import { expand } from "../site/path_glob.ts";
import { shown } from "./shown.ts";
import { textArgument } from "./text_argument.ts";
import type { Json } from "../base/json.ts";
import {
  globBase,
  isLiteralPath,
  normalisePath,
  parsePathRule,
  type PathRule,
} from "../manifest/path_rule.ts";
import { setValues } from "../undo/set_values.ts";
import { isKernelFile } from "../system/kernel_file.ts";
import { type Place, walkReal } from "../system/file.ts";
import { SystemError } from "../system/system_error.ts";

/** The most paths that one call may set: each takes a descriptor, and a process has 1024. */
const MOST_PATHS = 800;
const LONGEST_VALUE = 64 * 1024;

/**
 * `host.fs.set(path or glob, value)`: writes a value, and restores the old one
 * when the guest is gone. Returns the real paths that were set, sorted.
 *
 * The checks are all or nothing: if one path may not be written, or its value
 * cannot be read, nothing changes. Where the kernel refuses a value, the other
 * paths are set and the error names those that are not.
 */
export const fsSet: Capability = {
  name: "fs.set",
  within: "write",
  usesJournal: true,
  run: (args, context) =>
    checked(args, context, (places, text) =>
      withJournal("fs.set", context, (journal) => {
        const failed = setValues(journal, holderOf(context), places, text, context);
        return failed.size === 0 ? value(null) : notAllSet([...failed.values()], places.length);
      })),
  dryRun: (args, context, tell) =>
    checked(args, context, (places, text) => {
      const missing = places.find((place) => place.status() === undefined);
      if (missing !== undefined) throw new SystemError(2, missing.path);
      for (const { path } of places) tell(`set ${path} to ${shown(text)} until the guest is gone`);
      return value(null);
    }),
};

/** @param act what to do with the places, each once; an answer that is not an error becomes their paths */
function checked(
  [glob, given]: readonly Json[],
  context: CallContext,
  act: (places: readonly Place[], text: string) => Answer,
): Answer {
  const text = textArgument("fs.set", given);
  if ("error" in text) return text;
  if (text.bytes.length > LONGEST_VALUE) return misuse("host.fs.set: the value is larger than 64 KiB");
  const paths = pathsOf(glob, context);
  if ("error" in paths) return paths;
  const places = new Map<string, Place>();
  try {
    for (const path of paths.paths) {
      const failed = addPlace(path, context, places);
      if (failed !== undefined) return failed;
    }
    const blind = [...places.values()].find(cannotBeRead);
    if (blind !== undefined) return onlyWritten(blind.path);
    const answer = act([...places.values()], text.text);
    return "error" in answer ? answer : value([...places.keys()].sort());
  } finally {
    for (const place of places.values()) place[Symbol.dispose]();
  }
}

/** The paths that a glob matches, or the one path named. */
function pathsOf(glob: unknown, context: CallContext): { paths: string[] } | Failure {
  if (typeof glob !== "string") {
    return misuse("host.fs.set: the first argument must be a path or a glob of paths");
  }
  const parsed = parsePathRule(glob);
  if ("rule" in parsed && !isLiteralPath(parsed.rule)) return found(glob, parsed.rule, context);
  const normal = normalisePath(glob);
  if ("error" in normal) return misuse(`host.fs.set: ${JSON.stringify(glob.slice(0, 300))}: ${normal.error}`);
  return { paths: [normal.path] };
}

function found(glob: string, rule: PathRule, { grant }: CallContext): { paths: string[] } | Failure {
  const base = globBase(rule);
  const depth = base === "/" ? 0 : base.slice(1).split("/").length;
  const paths: string[] = [];
  expand(base, rule.segments.slice(depth), (path) => paths.push(path), () => paths.length > MOST_PATHS);
  if (paths.length > MOST_PATHS) return misuse(`host.fs.set: ${glob} matches more than ${MOST_PATHS} files`);
  if (paths.length > 0) return { paths };
  const refusal = grant.refuseWrite(glob);
  if (refusal !== undefined) return denied("fs.set", refusal);
  return { error: { name: "SystemError", code: "ENOENT", message: `host.fs.set: ${glob} matches no file` } };
}

/** Walks to a path and keeps the place under its real name: several paths may lead to one file. */
function addPlace(path: string, context: CallContext, places: Map<string, Place>): Failure | undefined {
  const answer: Answer = withPlace("fs.set", "write", path, context, true, (place) => value(place.path));
  if ("error" in answer) return answer;
  const real = String(answer.value);
  if (!places.has(real)) places.set(real, walkReal(real));
  return undefined;
}

/** A write-only kernel file, such as `unbind`: its mode says so, and binds root too. */
function cannotBeRead(place: Place): boolean {
  const status = place.status();
  return status !== undefined && isKernelFile(place.path) && (status.mode & 0o444) === 0;
}

function onlyWritten(path: string): Failure {
  const message =
    `host.fs.set: ${path} can only be written, so it has no old value: use host.fs.write, and for what ` +
    "brings it back host.fs.undo(path, text) or host.undo";
  return { error: { name: "SystemError", code: "EACCES", message } };
}

function notAllSet(errors: readonly Error[], count: number): Failure {
  const [first] = errors;
  const rest = errors.length === 1 ? "" : `, and ${errors.length - 1} more`;
  const of = count === 1 ? "" : ` (${errors.length} of ${count} files)`;
  return {
    error: {
      name: "SystemError",
      ...(first instanceof SystemError ? { code: first.code } : { code: "EINVAL" }),
      message: `host.fs.set: ${first?.message}${rest}${of}`,
    },
  };
}
