import type { Finding, Patient } from "./finding.ts";
import { runQuickly } from "../../system/processes.ts";
import { findProgram } from "../../system/program.ts";
import { readText } from "../../system/read_text.ts";

const SMALL = 64 * 1024;
const MIB = 1024 * 1024;
const PATH = "/usr/bin:/bin";
/** linux/capability.h: it allows raising hard limits. */
const CAP_SYS_RESOURCE = 24n;

/**
 * A limit that hook calls inherit from their daemon: its line in /proc/PID/limits, and the least value that
 * they need.
 */
interface Limit {
  line: string;
  least: number;
  what: string;
  setting: string;
  /** With less, the kernel cannot even load the program, so no code of it can raise the limit. */
  isFinal?: true;
}

/** What hookvisor needs; the code of build/elf/supervise_data.ts raises the limits that it may. */
const LIMITS: Limit[] = [
  { line: "Max address space", least: 64 * 1024 * MIB, what: "addresses", setting: "LimitAS=infinity" },
  { line: "Max data size", least: 1024 * MIB, what: "data", setting: "LimitDATA=infinity" },
  { line: "Max data size", least: 16 * MIB, what: "data", setting: "LimitDATA=infinity", isFinal: true },
  { line: "Max file size", least: 64 * MIB, what: "a file", setting: "LimitFSIZE=infinity" },
  { line: "Max open files", least: 64, what: "open files", setting: "LimitNOFILE=1024:524288" },
  { line: "Max stack size", least: 8 * MIB, what: "the stack", setting: "LimitSTACK=8M:infinity" },
];

/** Limits of the running daemons that prevent hook calls from starting, or end them too early. */
export function limits({ daemons }: Patient): Finding[] {
  return daemons.flatMap(({ name, pid }) => [
    ...limitFindings(
      name,
      readText(`/proc/${pid}/limits`, SMALL) ?? "",
      readText(`/proc/${pid}/status`, SMALL) ?? "",
    ),
    ...memoryFindings(name),
  ]);
}

/**
 * The limits of a daemon that matter: those below the need that a hook call cannot raise.
 *
 * @param text its /proc/PID/limits
 * @param status its /proc/PID/status
 */
export function limitFindings(name: string, text: string, status: string): Finding[] {
  const bounding = BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  const mayRaise = (bounding >> CAP_SYS_RESOURCE & 1n) === 1n;
  const seen = new Set<string>();
  return LIMITS.toReversed().flatMap(({ line, least, what, setting, isFinal }): Finding[] => {
    const [, soft, hard] = new RegExp(`^${line}\\s+(\\S+)\\s+(\\S+)`, "m").exec(text) ?? [];
    if (soft === undefined || hard === undefined || seen.has(line) || bytes(soft) >= least) return [];
    if (isFinal !== true && (mayRaise || bytes(hard) >= least)) return [];
    seen.add(line);
    return [{
      check: "limits",
      level: "fail",
      seen:
        `${name} gives its hooks a limit of ${soft} for ${what} (${line}), with which hookvisor cannot work`,
      remedy: `systemctl edit ${name}: [Service] ${setting}`,
    }];
  });
}

function bytes(text: string): number {
  return text === "unlimited" ? Infinity : Number(text);
}

/** What systemd knows about the daemon's service, if it has one. */
function memoryFindings(name: string): Finding[] {
  const systemctl = findProgram("systemctl", PATH);
  if (systemctl === undefined) return [];
  const args = ["show", "--property=MemoryDenyWriteExecute", `${name}.service`];
  if (!/^MemoryDenyWriteExecute=yes$/m.test(runQuickly(systemctl, args)?.stdout ?? "")) return [];
  return [{
    check: "limits",
    level: "fail",
    seen:
      `${name} runs with MemoryDenyWriteExecute=yes, under which no JavaScript can be compiled: no handler runs`,
    remedy: `systemctl edit ${name}: [Service] MemoryDenyWriteExecute=no`,
  }];
}
