import type { Finding, Patient } from "./finding.ts";
import { hookTree } from "../hook_tree.ts";
import { hooksFor } from "../hook_links.ts";
import { scriptFaults } from "../script_faults.ts";
import { type Driver, DRIVERS } from "../../protocol/operations.ts";
import { readText } from "../../system/read_text.ts";

const LARGEST = 1024 * 1024;

/** Other hook scripts: which run beside ours, which call libvirt back, and old trees that no program runs any more. */
export function scripts({ hooks: directory, program }: Patient): Finding[] {
  const findings: Finding[] = [];
  for (const driver of DRIVERS) {
    const hooks = hooksFor(directory, driver, program);
    const foreign = hooks.filter(({ isOurs, isCopy, isRun }) => !isOurs && !isCopy && isRun);
    for (const { path } of foreign) findings.push(...scriptFindings(path, driver));
    const idle = hooks.filter(({ isRun, target, path }) =>
      !isRun && target === undefined && !/(~|\.bak|README.*)$/.test(path)
    );
    for (const { path } of idle) {
      findings.push({
        check: "script",
        level: "note",
        seen: `${path} is not executable, so libvirt does not run it`,
      });
    }
    findings.push(...treeFindings(directory, driver, foreign.map(({ path }) => path)));
  }
  return findings.length > 0
    ? findings
    : [{ check: "scripts", level: "ok", seen: `no other hook scripts in ${directory}` }];
}

function scriptFindings(path: string, driver: Driver): Finding[] {
  const odd = /(~|\.bak|\.orig|\.rpmsave|\.dpkg-old|\.swp)$/.test(path);
  const beside: Finding = odd
    ? {
      check: "script",
      level: "warn",
      seen: `${path} looks like a backup, but libvirt runs it`,
      remedy: "move it out of the hooks directory",
    }
    : {
      check: "script",
      level: "note",
      seen:
        `libvirt also runs ${path} for ${driver}; its failure counts as hookvisor's does (hookvisor adopt takes it over)`,
    };
  return [beside, ...faultFindings(path)];
}

/** The faults of a script that adopt would report. */
function faultFindings(path: string): Finding[] {
  return scriptFaults(path).filter(({ isIdle }) => isIdle !== true).map(({ what, remedy, isFatal }) => ({
    check: "script",
    level: isFatal ? "fail" : "warn",
    seen: `${path} ${what}`,
    remedy,
  }));
}

/** The trees of VFIO-Tools and similar, run by a dispatcher at `hooks/qemu`. */
function treeFindings(directory: string, driver: Driver, scripts: readonly string[]): Finding[] {
  const tree = hookTree(directory, driver);
  if (tree === undefined) return [];
  const main = `${directory}/${driver}`;
  const dispatcher = scripts.includes(main) && (readText(main, LARGEST) ?? "").includes(`.d`);
  const what = `${tree.path} contains directories of scripts for ${tree.guests.slice(0, 5).join(", ")}`;
  return [
    dispatcher
      ? {
        check: "old tree",
        level: "note",
        seen: `${what}, which the script ${main} runs (VFIO-Tools); they continue to run beside hookvisor`,
      }
      : {
        check: "old tree",
        level: "warn",
        seen: `${what} (VFIO-Tools), and nothing runs them: libvirt runs files there, not directories`,
        remedy: `hookvisor adopt makes the handler that runs them, or put their dispatcher back as ${main}`,
      },
    ...tree.scripts.flatMap(faultFindings),
  ];
}
