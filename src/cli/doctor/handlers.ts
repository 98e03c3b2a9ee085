import type { Finding, Patient } from "./finding.ts";
import { refusedProgram } from "../program_warnings.ts";
import { stateOf } from "../whole_site.ts";
import type { Config } from "../../site/config.ts";
import { isLibvirtClient } from "../../site/deny.ts";
import { purposes } from "../../site/policy_issues.ts";
import { parseExecRule } from "../../manifest/exec_rule.ts";
import type { LoadedHandler } from "../../site/load_handlers.ts";
import type { Manifest } from "../../manifest/manifest.ts";
import { expand } from "../../site/path_glob.ts";
import { globBase, isLiteralPath, parsePathRule, type PathRule } from "../../manifest/path_rule.ts";
import { fileStatus, linkStatus } from "../../system/file.ts";
import { findProgram } from "../../system/program.ts";
import { SystemError } from "../../system/system_error.ts";

const PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

/** Whether the handlers can be used, and whether what their rules name exists on this host. */
export function handlers({ setup, directories }: Patient): Finding[] {
  const check = "handlers";
  const errors = setup.issues.filter(({ severity }) => severity === "error");
  const broken = setup.handlers.filter((handler) => stateOf(handler) !== "ready");
  const findings: Finding[] = errors.map(({ file, message }) => ({
    check: "config",
    level: "fail",
    seen: `${file}: ${message}; until then every hook call counts it as a failed handler`,
    remedy: `"hookvisor check" shows where`,
  }));
  findings.push(...broken.map((handler): Finding => {
    const { name, issues: [first] } = handler;
    const isBroken = stateOf(handler) === "broken";
    return {
      check,
      level: "fail",
      seen: `${name} is invalid: ${
        first?.message ?? "its manifest is wrong"
      }; each operation it is for counts it as failed`,
      remedy: isBroken
        ? `"hookvisor check" shows where; to disable it, rename it to ${name}.js.off`
        : `hookvisor approve ${name}`,
    };
  }));
  if (setup.handlers.length === 0) {
    findings.push({
      check,
      level: "note",
      seen: `no handler in ${directories.config}/handlers; "hookvisor new" creates one`,
    });
  } else if (broken.length === 0) {
    findings.push({
      check,
      level: "ok",
      seen: `${setup.handlers.length} in ${directories.config}/handlers, all valid`,
    });
  }
  const rules = setup.handlers.flatMap((handler) =>
    handler.manifest === undefined ? [] : [
      ...ruleFindings(handler, handler.manifest),
      ...untrustedFindings(handler, handler.manifest, setup.config),
    ]
  );
  if (rules.length === 0 && setup.handlers.length > broken.length) {
    rules.push({
      check: "rules",
      level: "ok",
      seen: "every command and path that a rule names exists on this host",
    });
  }
  return [...findings, ...rules];
}

/** Programs that root refuses to run: calls of them fail. */
function untrustedFindings({ name }: LoadedHandler, { allow }: Manifest, { policy }: Config): Finding[] {
  const seen = new Set(
    allow.exec.map((rule) => refusedProgram(rule, policy)).filter((why) => why !== undefined),
  );
  return [...seen].map((why): Finding => ({
    check: "rules",
    level: "warn",
    seen: `${name} may run a program that hookvisor refuses to run as root: ${why}`,
    remedy: "make it writable by root only",
  }));
}

function ruleFindings({ name }: LoadedHandler, manifest: Manifest): Finding[] {
  const { allow } = manifest;
  const { hooks } = purposes(manifest);
  const findings: Finding[] = [];
  const programs = new Set(allow.exec.flatMap(({ value }) => {
    const read = parseExecRule(value);
    return "rule" in read ? [read.rule.program] : [];
  }));
  for (const program of programs) {
    if (isLibvirtClient(program) && hooks) {
      findings.push({
        check: "rules",
        level: "warn",
        seen: `${name} may run ${program}, a client of libvirt: the two can deadlock`,
        remedy: "read what it needs from event",
      });
    } else if (!isThere(program)) {
      findings.push({
        check: "rules",
        level: "warn",
        seen: `${name} may run ${program}, which is not ${program.startsWith("/") ? "there" : `in ${PATH}`}`,
        remedy: "install it, or remove the rule",
      });
    }
  }
  for (const kind of ["read", "write"] as const) {
    for (const { value } of allow[kind]) {
      const missing = missingPart(value, kind);
      if (missing === undefined) continue;
      findings.push({
        check: "rules",
        level: "warn",
        seen: `${name} may ${kind} ${value}, but this host has no ${missing}`,
        remedy: "correct the rule, unless it names a device that is unplugged",
      });
    }
  }
  return findings;
}

/** Whether a glob matches anything. `**` may match a whole tree, and is not searched. */
function isMatched(rule: PathRule): boolean {
  if (rule.segments.includes("**")) return true;
  let found = false;
  const base = globBase(rule);
  const rest = rule.segments.slice(base.split("/").length - 1);
  expand(base, rest, () => found = true, () => found);
  return found;
}

function isThere(program: string): boolean {
  const path = findProgram(program, PATH);
  const status = path === undefined ? undefined : fileStatus(path);
  return status?.kind === "file" && (status.mode & 0o111) !== 0;
}

/** Files that the kernel makes: a rule that matches none of them names something that this host lacks. */
const KERNEL_FILE = /^\/(?:sys|proc)\//;

/**
 * What is missing of a rule's path: the directory that a glob begins in, or that a file is written to, or the
 * file itself; below /sys and /proc, where only the kernel creates files, everything that the glob matches.
 */
function missingPart(rule: string, kind: "read" | "write"): string | undefined {
  const parsed = parsePathRule(rule);
  if ("error" in parsed) return undefined;
  const base = globBase(parsed.rule);
  const literal = isLiteralPath(parsed.rule);
  // A file that the rule writes may be created, but not below /sys and /proc.
  const isMade = literal && kind === "write" && !KERNEL_FILE.test(base);
  const path = isMade ? base.slice(0, base.lastIndexOf("/")) || "/" : base;
  try {
    if (linkStatus(path) === undefined) return path;
    return literal || !KERNEL_FILE.test(rule) || isMatched(parsed.rule) ? undefined : "such file";
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  }
}
