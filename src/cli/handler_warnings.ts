import { abortsRestore } from "./aborts_restore.ts";
import type { Issue } from "../base/issue.ts";
import type { Config } from "../site/config.ts";
import { formatDuration } from "../manifest/duration.ts";
import type { LoadedHandler } from "../site/load_handlers.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { expandOperations } from "../manifest/operation_glob.ts";
import { matchPathRule, parsePathRule } from "../manifest/path_rule.ts";
import { handlerTimeout } from "../site/settings.ts";
import { compilePathTest } from "../protocol/xml/compile_path.ts";
import type { Operation } from "../protocol/operations.ts";

/** A handler with a valid manifest. */
type Good = LoadedHandler & { manifest: Manifest };

/** Warnings about one handler that need the configuration or its code. */
export function handlerWarnings(handler: LoadedHandler, config: Config): Issue[] {
  const { manifest } = handler;
  if (manifest === undefined) return [];
  return [
    ...timeoutWarnings(handler, manifest, config),
    ...restoreWarnings(handler, manifest, config),
    ...optionWarnings(handler, manifest),
    ...neverWarnings(handler, manifest),
    ...whenIssues(handler, manifest),
  ];
}

/** A timeout that is reduced, where the manifest asks for more than the site allows. */
function timeoutWarnings(handler: LoadedHandler, manifest: Manifest, config: Config): Issue[] {
  const own = manifest.timeoutMs;
  if (own === undefined) return [];
  const cut = operationsOf(manifest)
    .map((o) => ({ o, ms: handlerTimeout(config, manifest, o) }))
    .filter(({ ms }) => own > ms);
  if (cut.length === 0) return [];
  const what = cut.map(({ o, ms }) => `${formatDuration(ms)} in ${o.driver}/${o.name}`);
  const key = manifest.mode === "background" && config.policy.maxTimeoutMs === undefined
    ? "background.timeout"
    : "policy.maxTimeout";
  const message = `timeout ${formatDuration(own)} is cut to ${some(what)} by ${key}`;
  return [
    warning(handler, placeOf(handler.source, "timeout"), message, `set ${key} in config.yaml, or shorten it`),
  ];
}

function restoreWarnings(handler: LoadedHandler, manifest: Manifest, config: Config): Issue[] {
  if (!abortsRestore(manifest, config)) return [];
  const message =
    "a failure of this handler aborts qemu/restore, and libvirt 11.3 then deletes the guest's saved state: " +
    "virsh start reports success, and the guest is off";
  const isOwn = manifest.onFailure === "abort";
  const hint = isOwn
    ? "set onFailure: ignore in a separate handler for qemu/restore"
    : "onFailure: {qemu/restore: ignore} in config.yaml";
  return [warning(handler, placeOf(handler.source, isOwn ? "onFailure" : "on"), message, hint)];
}

/** `host.options.x` of an option that the manifest does not have is undefined. */
function optionWarnings(handler: LoadedHandler, manifest: Manifest): Issue[] {
  const known = Object.keys(manifest.options);
  return [...handler.source.matchAll(/\b(?:host\.)?options\.([A-Za-z_$][\w$]*)/g)].flatMap((match) => {
    const name = match[1]!;
    if (known.includes(name) || !match[0].startsWith("host.")) return [];
    const at = placeAt(handler.source, match.index);
    const list = known.length === 0 ? "it has none" : `it has ${known.join(", ")}`;
    return [warning(handler, at, `the manifest has no option ${name}; ${list}`, `add it below options`)];
  });
}

function neverWarnings(handler: LoadedHandler, manifest: Manifest): Issue[] {
  const issues: Issue[] = [];
  for (const key of ["guests", "networks"] as const) {
    for (const glob of manifest[key] ?? []) {
      if (isImpossibleUuid(glob.value)) {
        issues.push(
          warning(
            handler,
            glob,
            `${key}: "${glob.value}" can match no UUID`,
            "8-4-4-4-12 hexadecimal digits",
          ),
        );
      } else if (glob.value.includes("/")) {
        issues.push(
          warning(handler, glob, `${key}: "${glob.value}" can match no name: libvirt allows no / in one`),
        );
      }
    }
  }
  return issues;
}

/** A path that cannot be read counts as a failure in every call; a condition on XML that never exists never holds. */
function whenIssues(handler: LoadedHandler, { when, on }: Manifest): Issue[] {
  if (when === undefined) return [];
  const issues: Issue[] = [];
  const place = placeOf(handler.source, "when");
  if (on.every(({ value }) => expandOperations(value).every(({ driver }) => driver === "daemon"))) {
    issues.push(warning(handler, place, "when never matches: the daemon's calls have no XML", "remove it"));
  }
  const compiled = when.path === undefined ? undefined : compilePathTest(when.path.value);
  if (when.path !== undefined && compiled?.issue !== undefined) {
    const { message, column, hint } = compiled.issue;
    const at = `at character ${column} of the path`;
    const issue = warning(handler, when.path, `when.path: ${message}${column > 0 ? `, ${at}` : ""}`, hint);
    issues.push({ ...issue, severity: "error" });
  }
  return issues;
}

/** A UUID has 36 characters; a glob with a star may be shorter. */
function isImpossibleUuid(glob: string): boolean {
  if (!glob.startsWith("uuid:")) return false;
  const pattern = glob.slice("uuid:".length);
  const least = pattern.replaceAll("*", "").length;
  return pattern.includes("*") ? least > 36 : least !== 36;
}

/** Pairs of handlers that write the same files in the same operation: what the first wrote is lost. */
export function shadowWarnings(handlers: readonly LoadedHandler[]): Issue[] {
  const good = handlers.filter((handler): handler is Good => handler.manifest !== undefined);
  return good.flatMap((later, i) =>
    good.slice(0, i).flatMap((earlier) => {
      const shared = sharedOperation(earlier.manifest, later.manifest);
      if (shared === undefined || !mayShareGuest(earlier.manifest, later.manifest)) return [];
      const [winner, loser] = shared.teardown ? [earlier, later] : [later, earlier];
      const rule = later.manifest.allow.write.find(({ value }) =>
        earlier.manifest.allow.write.some((other) => overlap(value, other.value))
      );
      if (rule === undefined) return [];
      const message =
        `write: ${rule.value} is also written by ${earlier.name}; in ${shared.driver}/${shared.name} ` +
        `${winner.name} runs after ${loser.name} and wins`;
      return [
        warning(later, rule, message, "let only one of the two write it, or give them different guests"),
      ];
    })
  );
}

function sharedOperation(a: Manifest, b: Manifest): Operation | undefined {
  const others = operationsOf(b);
  return operationsOf(a).find((o) => others.includes(o));
}

/** Compares only plain names; globs cannot be compared. */
function mayShareGuest(a: Manifest, b: Manifest): boolean {
  const plain = (manifest: Manifest) => manifest.guests?.map(({ value }) => value);
  const [left, right] = [plain(a), plain(b)];
  if (left === undefined || right === undefined) return true;
  if ([...left, ...right].some((name) => /[*?]|^uuid:/.test(name))) return true;
  return left.some((name) => right.includes(name));
}

function overlap(a: string, b: string): boolean {
  if (a === b) return true;
  const [left, right] = [parsePathRule(a), parsePathRule(b)];
  return "rule" in left && "rule" in right && (matchPathRule(left.rule, b) || matchPathRule(right.rule, a));
}

function operationsOf(manifest: Manifest): Operation[] {
  return [...new Set(manifest.on.flatMap(({ value }) => expandOperations(value)))];
}

/** The place of a key in the manifest. */
function placeOf(source: string, key: string): { line: number; column: number } {
  const found = source.search(new RegExp(`(?<=^// )${key}[ \\t]*:`, "m"));
  return found < 0 ? { line: 0, column: 0 } : placeAt(source, found);
}

function placeAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

function some(names: readonly string[]): string {
  return names.length <= 3
    ? names.join(", ")
    : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;
}

function warning(
  { file }: LoadedHandler,
  { line, column }: { line: number; column: number },
  message: string,
  hint?: string,
): Issue {
  return { severity: "warning", file, line, column, message, ...(hint === undefined ? {} : { hint }) };
}
