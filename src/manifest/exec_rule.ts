// The rule, what it matches, and the message when nothing does are one idea, and each is read against the
// others.
import { suggest } from "../base/suggest.ts";
import { addsLineEnd, matchStar, type StarPattern } from "./star.ts";
import { type PatternWord, quoteWord, splitWords } from "./words.ts";
import { yamlText } from "./yaml_text.ts";

/** One line of `allow.exec`: a program and patterns for its arguments. */
export interface ExecRule {
  /** As written. */
  text: string;
  /** A bare name, or an absolute path. */
  program: string;
  /** One pattern for each argument, in order. */
  args: readonly ArgPattern[];
  /** The rule ends in `...`: any further arguments, or none. */
  more: boolean;
}

export interface ArgPattern {
  /** As written, quotes and all. */
  text: string;
  pattern: StarPattern;
}

/** Why a rule cannot be used. Column is 1-based in the rule's text. */
export interface RuleError {
  error: string;
  column: number;
  hint?: string;
}

/** Reads one rule. docs/manifest.md, "Rules for commands", describes its grammar and what its stars match. */
export function parseExecRule(text: string): { rule: ExecRule } | RuleError {
  // YAML's block texts end in an unintended line end.
  const split = splitWords(text.replace(/[\n\r]+$/, ""));
  if ("error" in split) return split;
  const [program, ...words] = split.words;
  if (!program) return { error: "the rule is empty", column: 1, hint: "write a program and its arguments" };
  const wrong = programError(program);
  if (wrong) return { column: program.column, ...wrong };

  const dots = words.findIndex((word) => word.text === "...");
  const stray = words[dots];
  if (stray && dots < words.length - 1) {
    return {
      error: "... can only be the last word",
      column: stray.column,
      hint: "quote it, '...', if you mean the argument itself",
    };
  }
  const args = (dots < 0 ? words : words.slice(0, dots)).map(({ text, pattern }) => ({ text, pattern }));
  return { rule: { text, program: program.pattern[0] ?? "", args, more: dots >= 0 } };
}

function programError(word: PatternWord): { error: string; hint?: string } | undefined {
  if (word.pattern.length > 1 || word.pattern[0]?.includes("*")) {
    return { error: "the program cannot contain *", hint: "write one rule for each program" };
  }
  if (word.text === "...") return { error: "... cannot be the program" };
  return programProblem(word.pattern[0] ?? "");
}

/** What is wrong with a program's name or path, in a rule or in a call. */
function programProblem(program: string): { error: string; hint?: string } | undefined {
  if (program === "") return { error: "the program's name is empty" };
  // deno-lint-ignore no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(program)) {
    return { error: "the program's name contains a control character" };
  }
  if (!program.includes("/")) {
    if (program === "." || program === "..") return { error: `${program} is a directory, not a program` };
    if (program.startsWith("-")) return { error: "the program's name begins with -" };
    return undefined;
  }
  if (!program.startsWith("/")) {
    return {
      error: `${program} is a relative path`,
      hint: "write a bare name, found in /usr/sbin, /usr/bin, /sbin or /bin, or an absolute path",
    };
  }
  const odd = program.slice(1).split("/").some((part) => part === "" || part === "." || part === "..");
  if (odd) {
    return { error: `${program} is not a plain absolute path`, hint: "without //, /./, /../ and a final /" };
  }
  return undefined;
}

/**
 * Why no rule at all could allow this call, or undefined: a NUL byte in an
 * argument, or a program that is neither a bare name nor a plain absolute path.
 */
export function execCallProblem(program: string, args: readonly string[]): string | undefined {
  const wrong = programProblem(program);
  if (wrong) return wrong.hint === undefined ? wrong.error : `${wrong.error}: ${wrong.hint}`;
  const nul = args.findIndex((arg) => arg.includes("\0"));
  return nul < 0 ? undefined : `argument ${nul + 1} contains NUL, which no program can receive`;
}

/**
 * Whether the rule allows the call.
 *
 * @param program As the handler gave it. A rule with a bare name matches only that bare name, a rule with a
 * path only that path, so `/tmp/systemctl` never matches `systemctl`.
 */
export function matchExecRule(rule: ExecRule, program: string, args: readonly string[]): boolean {
  return execCallProblem(program, args) === undefined && program === rule.program &&
    firstMismatch(rule, args) === undefined;
}

/** The index of the first argument that the rule does not allow, or of the first that is missing, and why. */
function firstMismatch(rule: ExecRule, args: readonly string[]): { index: number; why: string } | undefined {
  for (const [index, pattern] of rule.args.entries()) {
    const arg = args[index];
    if (arg === undefined) {
      return { index, why: `argument ${index + 1} is missing: the rule requires ${pattern.text}` };
    }
    const why = argMismatch(pattern, arg);
    if (why !== undefined) return { index, why: `argument ${index + 1}, ${shown(arg)}, ${why}` };
  }
  const extra = args[rule.args.length];
  if (extra === undefined || rule.more) return undefined;
  return {
    index: rule.args.length,
    why: `the rule ends before argument ${rule.args.length + 1}, ${shown(extra)}`,
  };
}

function argMismatch({ text, pattern }: ArgPattern, arg: string): string | undefined {
  if (!matchStar(pattern, arg)) return `does not match ${text}`;
  if (pattern.length < 2) return undefined;
  if (pattern[0] === "" && arg.startsWith("-")) {
    return `begins with -, which ${text} does not allow: the program could take it for an option`;
  }
  if (addsLineEnd(pattern, arg)) return `contains a newline, which * does not match`;
  if (climbs(arg) && !climbs(pattern.join("*"))) {
    return `contains the path component .., which * does not match`;
  }
  return undefined;
}

/** Whether the text holds `..` where a program would read it as the parent directory. */
function climbs(text: string): boolean {
  return /(?:^|[/=:,])\.\.(?:$|[/:,])/.test(text);
}

/** The rule that came nearest to allowing a refused call. */
export interface NearestRule {
  rule: ExecRule;
  /** A sentence without a full stop: which part of the call the rule does not allow. */
  why: string;
}

/**
 * The rule that came nearest to allowing a call: of the rules for the same
 * program the one that allows the most leading arguments, else one whose
 * program has the same file name in another directory, or a similar name.
 */
export function nearestRule(
  rules: readonly ExecRule[],
  program: string,
  args: readonly string[],
): NearestRule | undefined {
  let best: { rule: ExecRule; index: number; why: string } | undefined;
  for (const rule of rules.filter((r) => r.program === program)) {
    const mismatch = firstMismatch(rule, args);
    if (mismatch && (!best || mismatch.index > best.index)) best = { rule, ...mismatch };
  }
  if (best) return { rule: best.rule, why: best.why };

  const alike = rules.find((r) => baseName(r.program) === baseName(program)) ??
    rules.find((r) => r.program === suggest(program, rules.map((rule) => rule.program)));
  return alike && { rule: alike, why: `the program is ${shown(program)}, the rule's is ${alike.program}` };
}

/** The line of YAML that allows exactly this call when it is added to the list `allow.exec`. */
export function suggestExecLine(program: string, args: readonly string[]): string {
  return `- ${yamlText([program, ...args].map(quoteWord).join(" "))}`;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
