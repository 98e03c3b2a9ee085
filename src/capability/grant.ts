import {
  execCallProblem,
  type ExecRule,
  matchExecRule,
  nearestRule,
  parseExecRule,
  suggestExecLine,
} from "../manifest/exec_rule.ts";
import type { Policy } from "../site/config.ts";
import { deniedExec, policyFor } from "../site/deny.ts";
import { untrustedProgram } from "../site/program_trust.ts";
import type { Allow } from "../manifest/manifest.ts";
import { matchPathRule, parsePathRule, type PathRule, suggestPathLine } from "../manifest/path_rule.ts";

import { procLinks } from "../manifest/proc_links.ts";
import { DeniedPaths } from "../site/denied_paths.ts";
import { allNames } from "../system/names_by_mounts.ts";

/** The longest command line that hookvisor suggests as a rule, in characters. */
const LONGEST_HINT = 2_000;

/** Why something is not allowed, and the line that would allow it. */
export interface Refusal {
  message: string;
  hint: string;
}

/** What one handler may do, complete before any of its code runs. */
export class Grant {
  readonly #handler: string;
  readonly #exec: readonly ExecRule[];
  readonly #look: readonly ExecRule[];
  readonly #scripts: readonly string[];
  readonly #read: readonly PathRule[];
  readonly #write: readonly PathRule[];
  readonly #env: ReadonlySet<string>;
  readonly #users: ReadonlySet<string>;
  readonly #mayEdit: boolean;
  readonly #policy: Policy;
  readonly #denied: DeniedPaths;

  /** What it was made of. */
  readonly source: { readonly handler: string; readonly allow: Allow; readonly policy: Policy };

  /** @param allow from a checked manifest: every rule in it parses */
  constructor(handler: string, allow: Allow, policy: Policy) {
    this.#handler = handler;
    this.source = { handler, allow, policy };
    this.#look = allow.look.map(({ value }) => parsed(parseExecRule(value)));
    this.#exec = [...allow.exec.map(({ value }) => parsed(parseExecRule(value))), ...this.#look];
    this.#scripts = allow.scripts.map(({ value }) => value);
    this.#write = allow.write.map(({ value }) => parsed(parsePathRule(value)));
    this.#read = [...this.#write, ...allow.read.map(({ value }) => parsed(parsePathRule(value)))];
    this.#env = new Set(allow.env.map(({ value }) => value));
    this.#users = new Set(allow.runAs.map(({ value }) => value));
    this.#mayEdit = allow.xml;
    this.#policy = policyFor(policy, allow);
    this.#denied = new DeniedPaths(policy);
  }

  /** Undefined when this command line is allowed. */
  refuseExec(program: string, args: readonly string[]): Refusal | undefined {
    const line = [program, ...args].join(" ");
    const what = `exec ${line}`.slice(0, 300);
    const problem = execCallProblem(program, args);
    if (problem !== undefined) {
      return { message: `${what} is not possible: ${problem}`, hint: "change the call" };
    }
    if (this.#exec.some((rule) => matchExecRule(rule, program, args))) return undefined;
    const nearest = nearestRule(this.#exec, program, args);
    return {
      message: `${what} is not allowed` +
        (nearest ? `: nearest rule "${nearest.rule.text}": ${nearest.why}` : ""),
      // Where the policy denies it, a line in the manifest would only lead to the next refusal.
      // Megabytes are no use to an admin, and the record would keep them.
      hint: deniedExec(this.#policy, program, args) ??
        (line.length > LONGEST_HINT
          ? `add a rule for it to allow.exec in ${this.#handler}`
          : this.#add("exec", suggestExecLine(program, args))),
    };
  }

  /** Whether the manifest declares that this command line only looks. */
  onlyLooks(program: string, args: readonly string[]): boolean {
    return this.#look.some((rule) => matchExecRule(rule, program, args));
  }

  /** Undefined when this normalised path, or what lies in it, may be run as a script. */
  refuseScript(path: string): Refusal | undefined {
    if (this.#scripts.some((directory) => path === directory || path.startsWith(`${directory}/`))) {
      return undefined;
    }
    const directory = path.slice(0, path.lastIndexOf("/")) || "/";
    return {
      message: `running ${path} is not allowed`,
      hint: this.#add("scripts", suggestPathLine(directory)),
    };
  }

  /** Undefined unless the site's policy denies this call, though the manifest allows it. `file` is what would run, links resolved. */
  refuseByPolicy(program: string, args: readonly string[], file: string): Refusal | undefined {
    const why = deniedExec(this.#policy, program, args, allNames(file));
    return why === undefined
      ? undefined
      : { message: `exec ${[program, ...args].join(" ").slice(0, 300)} is denied`, hint: why };
  }

  /**
   * Undefined unless a command that the handler may run now is denied when it is undone: then libvirt waits for the
   * hook, also where it does not wait for this handler.
   */
  refuseForUndo(program: string, args: readonly string[], file: string): Refusal | undefined {
    const { policy } = this.source;
    if (deniedExec(policy, program, args, allNames(file)) === undefined) return undefined;
    return {
      message:
        `exec ${[program, ...args].join(" ").slice(0, 300)} is denied when it is undone, because libvirt ` +
        "waits for the hook that undoes it",
      hint:
        "run it in a background handler of the guest's end, or set policy.libvirtClients: allow in config.yaml",
    };
  }

  /**
   * Why root must not run a program, unless the policy says otherwise: other users could have written it.
   * @throws {SystemError}
   */
  untrustedProgram(path: string): string | undefined {
    return untrustedProgram(path, this.#policy);
  }

  /** Undefined when all of these environment variables may be set. */
  refuseEnv(names: readonly string[]): Refusal | undefined {
    const name = names.find((name) => !this.#env.has(name));
    if (name === undefined) return undefined;
    return {
      message: `setting the environment variable ${name} is not allowed`,
      hint: this.#add("env", `- ${name}`),
    };
  }

  /** Undefined when commands may be run as this user. */
  refuseRunAs(user: string): Refusal | undefined {
    if (this.#users.has(user)) return undefined;
    return {
      message: `running commands as ${JSON.stringify(user.slice(0, 100))} is not allowed`,
      hint: this.#add("runAs", `- ${user}`),
    };
  }

  /** Undefined when this normalised path may be read. */
  refuseRead(path: string): Refusal | undefined {
    return this.#refusePath("read", path, this.#read);
  }

  /** Undefined when this normalised path may be written. */
  refuseWrite(path: string): Refusal | undefined {
    return this.#refusePath("write", path, this.#write);
  }

  /** Undefined when the XML that libvirt gets back may be edited. */
  refuseEdit(): Refusal | undefined {
    if (this.#mayEdit) return undefined;
    return { message: "editing the XML is not allowed", hint: `add to allow in ${this.#handler}: xml: true` };
  }

  /** Undefined unless the site's policy denies to read or write this normalised path. */
  refuseDenied(access: "read" | "write", path: string): Refusal | undefined {
    const denied = this.#denied.why(access, path);
    return denied === undefined
      ? undefined
      : { message: `${inWords(access)} ${path} is denied`, hint: denied };
  }

  /** Undefined unless the site's policy denies something below a directory, or by way of a link of this name. */
  refuseDeniedBelow(path: string): Refusal | undefined {
    const access = (["read", "write"] as const).find((access) => this.#denied.reachesBelow(access, path));
    if (access === undefined) return undefined;
    return {
      message: `part of ${path} is denied`,
      hint: `a rule of policy.deny.${access} in config.yaml matches a path in it`,
    };
  }

  /** Undefined when everything below a directory may be written, whatever it is called, and nothing there is denied. */
  refuseAllBelow(directory: string): Refusal | undefined {
    const all = this.#write.some((rule) =>
      rule.segments.at(-1) === "**" && matchPathRule(rule, `${directory}/${UNHEARD_OF}`)
    );
    if (!all) {
      return {
        message: `writing everything below ${directory} is not allowed`,
        hint: this.#add("write", suggestPathLine(`${directory}/**`)),
      };
    }
    return this.refuseDeniedBelow(directory);
  }

  #refusePath(access: "read" | "write", path: string, rules: readonly PathRule[]): Refusal | undefined {
    const denied = this.refuseDenied(access, path);
    if (denied !== undefined) return denied;
    const matching = rules.filter((rule) => matchPathRule(rule, path));
    const link = procLinks(path).find((name) => !matching.some((rule) => names(rule, name)));
    if (matching.length > 0 && link === undefined) return undefined;
    const why = matching.length === 0 ? "" : `: ${link} leads out of /proc, and no rule names it`;
    return {
      message: `${inWords(access)} ${path} is not allowed${why}`,
      hint: this.#add(access, suggestPathLine(path)),
    };
  }

  #add(key: string, line: string): string {
    return `add to allow.${key} in ${this.#handler}: ${line}`;
  }
}

function parsed<T>(result: { rule: T } | { error: string }): T {
  if ("rule" in result) return result.rule;
  throw new Error(`A checked manifest contains a rule that does not parse: ${result.error}`);
}

/** Stands for any name: no rule has it. */
const UNHEARD_OF = "a1f0c5d2-any-name";

function inWords(access: "read" | "write"): string {
  return access === "read" ? "reading" : "writing";
}

/** Whether a part of a rule is exactly this name. */
function names({ segments }: PathRule, name: string): boolean {
  return segments.some((segment) => segment !== "**" && segment.length === 1 && segment[0] === name);
}
