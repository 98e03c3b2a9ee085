import { jsonText } from "../base/json_text.ts";
import { absolutePath } from "./absolute_path.ts";
import { codeIssues } from "./code_issues.ts";
import { flag, type Invocation, option } from "./command.ts";
import { appArmor } from "./doctor/app_armor.ts";
import { checkpoint } from "./doctor/checkpoint.ts";
import { examined } from "./doctor/examined.ts";
import type { Check, Finding, Level, Patient } from "./doctor/finding.ts";
import { handlers } from "./doctor/handlers.ts";
import { host } from "./doctor/host.ts";
import { leftovers } from "./doctor/leftovers.ts";
import { libvirt } from "./doctor/libvirt.ts";
import { limits } from "./doctor/limits.ts";
import { links } from "./doctor/links.ts";
import { otherPrograms } from "./doctor/other_programs.ts";
import { ownership } from "./doctor/ownership.ts";
import { selinux } from "./doctor/selinux.ts";
import { scripts } from "./doctor/scripts.ts";
import { watch } from "./doctor/watch.ts";
import { daemonProgram, hooksDirectory, libvirtDaemons, libvirtVersion } from "./libvirt_host.ts";
import { loadWholeSite, type WholeSite } from "./whole_site.ts";
import { look } from "./look.ts";
import { style } from "./style.ts";
import { type Look, visible, wrap } from "./text.ts";
import { executable } from "../system/admin_files.ts";
import { fileStatus, realPath } from "../system/file.ts";
import { print } from "../system/self.ts";
import { SystemError } from "../system/system_error.ts";

/** Each with the name that its findings get if it may not look. */
const CHECKS: readonly (readonly [name: string, Check])[] = [
  ["hookvisor", host],
  ["hookvisor", otherPrograms],
  ["libvirt", libvirt],
  ["hooks", links],
  ["scripts", scripts],
  ["ownership", ownership],
  ["AppArmor", appArmor],
  ["SELinux", selinux],
  ["limits", limits],
  ["handlers", handlers],
  ["watch", watch],
  ["leftovers", leftovers],
  ["checkpoint", checkpoint],
];
const EXIT_CODES: Readonly<Record<Level, number>> = { ok: 0, note: 0, warn: 1, fail: 2 };

/** `hookvisor doctor`. */
export async function run(invocation: Invocation): Promise<number> {
  const patient = await patientOf(invocation);
  const findings: Finding[] = [];
  for (const [name, check] of CHECKS) findings.push(...await examined(name, () => check(patient)));
  const code = Math.max(...findings.map(({ level }) => EXIT_CODES[level]));
  if (flag(invocation, "json")) {
    print(1, `${jsonText({ exitCode: code, findings })}\n`);
    return code;
  }
  const out = look();
  const shown = flag(invocation, "quiet") ? findings.filter(({ level }) => EXIT_CODES[level] > 0) : findings;
  print(1, shown.map((finding) => findingText(finding, out)).join(""));
  const count = (level: Level) => findings.filter((finding) => finding.level === level).length;
  print(
    1,
    `${shown.length > 0 ? "\n" : ""}${findings.length} checks: ${count("fail")} failed, ${
      count("warn")
    } warnings\n`,
  );
  return code;
}

async function patientOf(invocation: Invocation): Promise<Patient> {
  const { directories } = invocation;
  const program = daemonProgram(libvirtDaemons());
  const hooksDir = option(invocation, "hooks-dir");
  const given = hooksDir === undefined ? undefined : absolutePath(hooksDir);
  const found = given === undefined ? hooksDirectory(program) : { path: given, why: "--hooks-dir" };
  return {
    directories,
    setup: await withCodeRead(await loadWholeSite(directories)),
    hooks: found.path,
    hooksWhy: found.why,
    isNixOs: "isNixOs" in found,
    program: realPath(executable()),
    daemons: mayLook(found.path) ? libvirtDaemons(found.path) : libvirtDaemons(),
    daemonProgram: program,
    version: program === undefined ? undefined : libvirtVersion(program),
  };
}

/** Whether a path leads to something that this user may look at. */
function mayLook(path: string): boolean {
  try {
    return fileStatus(path) !== undefined;
  } catch (error) {
    if (error instanceof SystemError) return false;
    throw error;
  }
}

/** The handlers as they would run: one whose code the engine cannot read is as useless as one without a manifest. */
async function withCodeRead(setup: WholeSite): Promise<WholeSite> {
  const handlers: WholeSite["handlers"] = [];
  for (const handler of setup.handlers) {
    const issues = handler.manifest === undefined ? [] : await codeIssues(handler);
    const { manifest: _, ...rest } = handler;
    handlers.push(
      issues.length === 0 ? handler : { ...rest, issues: [...issues, ...handler.issues], trouble: "invalid" },
    );
  }
  return { ...setup, handlers };
}

/** `ok    version      libvirt 9.0.0, …`, and below it what to do. */
function findingText({ check, level, seen, remedy }: Finding, out: Look): string {
  const paint = style(out.colour);
  const colour = { ok: paint.green, note: paint.dim, warn: paint.yellow, fail: paint.red }[level];
  const room = Math.max(20, out.width - 20);
  const body = (text: string) => wrap(visible(text, out.unicode), room);
  const [first, ...rest] = body(seen);
  const lines = [
    `${colour(level.padEnd(4))}  ${visible(check, out.unicode).padEnd(12)}  ${first}`,
    ...rest.map((line) => `${" ".repeat(20)}${line}`),
    ...(remedy === undefined
      ? []
      : body(`do: ${remedy}`).map((line) => `${" ".repeat(20)}${paint.bold(line)}`)),
  ];
  return lines.map((line) => `${line}\n`).join("");
}
