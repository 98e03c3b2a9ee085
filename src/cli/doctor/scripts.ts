import type { Finding, Patient } from "./finding.ts";
import { hooksFor } from "../hook_links.ts";
import { isLibvirtClient } from "../../site/deny.ts";
import { type Driver, DRIVERS } from "../../protocol/operations.ts";
import { fileStatus, listDirectory } from "../../system/file.ts";
import { readText } from "../../system/read_text.ts";
import { SystemError } from "../../system/system_error.ts";

const LARGEST = 1024 * 1024;
const OPERATIONS = ["prepare", "start", "started", "stopped", "release", "migrate", "restore", "reconnect"];

/** Other people's hook scripts: which run beside ours, which call libvirt back, and old trees that nothing runs any more. */
export function scripts({ hooks: directory, program }: Patient): Finding[] {
  const findings: Finding[] = [];
  for (const driver of DRIVERS) {
    const hooks = hooksFor(directory, driver, program);
    const foreign = hooks.filter(({ isOurs, isRun }) => !isOurs && isRun);
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
    : [{ check: "scripts", level: "ok", seen: `no hook scripts of others in ${directory}` }];
}

function scriptFindings(path: string, driver: Driver): Finding[] {
  const text = readText(path, LARGEST) ?? "";
  const isScript = text.startsWith("#!");
  const client = isScript ? clientIn(text) : undefined;
  const odd = /(~|\.bak|\.orig|\.rpmsave|\.dpkg-old|\.swp)$/.test(path);
  const beside: Finding = odd
    ? {
      check: "script",
      level: "warn",
      seen: `${path} looks like a backup, and libvirt runs it all the same`,
      remedy: "move it out of the hooks directory",
    }
    : {
      check: "script",
      level: "note",
      seen: `${path} runs too, for ${driver}; its failure counts as well as ours`,
    };
  if (client === undefined) return [beside];
  return [beside, {
    check: "script",
    level: "warn",
    seen:
      `${path}, line ${client.line}, calls ${client.name}: libvirt waits for this script, and the two can wait for each other`,
    remedy: "take what it needs from the XML on its standard input, or make a handler of it: hookvisor new",
  }];
}

/** A call of virsh and the like, comments left out. */
function clientIn(text: string): { name: string; line: number } | undefined {
  for (const [i, line] of text.split("\n").entries()) {
    if (/^\s*#/.test(line)) continue;
    const name = line.split(/[^\w./-]+/).find((word) => word !== "" && isLibvirtClient(word));
    if (name !== undefined) return { name: name.slice(name.lastIndexOf("/") + 1), line: i + 1 };
  }
  return undefined;
}

/** The trees of VFIO-Tools and its like: `qemu.d/GUEST/prepare/begin/*.sh`, run by a dispatcher that is `hooks/qemu`. */
function treeFindings(directory: string, driver: Driver, scripts: readonly string[]): Finding[] {
  const guests = namesIn(`${directory}/${driver}.d`).filter((guest) =>
    namesIn(`${directory}/${driver}.d/${guest}`).some((name) => OPERATIONS.includes(name))
  );
  if (guests.length === 0) return [];
  const main = `${directory}/${driver}`;
  const dispatcher = scripts.includes(main) && (readText(main, LARGEST) ?? "").includes(`.d`);
  const what = `${directory}/${driver}.d holds directories of scripts for ${guests.slice(0, 5).join(", ")}`;
  return [
    dispatcher
      ? {
        check: "old tree",
        level: "note",
        seen: `${what}, which the script ${main} runs (VFIO-Tools); they go on to run beside hookvisor`,
      }
      : {
        check: "old tree",
        level: "warn",
        seen: `${what} (VFIO-Tools), and nothing runs them: libvirt runs files there, not directories`,
        remedy: `put their dispatcher back as ${main}, or make handlers of them: hookvisor new`,
      },
  ];
}

function namesIn(path: string): string[] {
  try {
    return fileStatus(path)?.kind === "directory" ? listDirectory(path) ?? [] : [];
  } catch (error) {
    if (error instanceof SystemError) return [];
    throw error;
  }
}
