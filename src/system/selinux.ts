/** SELinux as the kernel shows it, through the files of selinuxfs: security/selinux/selinuxfs.c. */
import { runQuickly } from "./processes.ts";

const FS = "/sys/fs/selinux";
/** In the answer of `access`: the domain is permissive, so nothing is denied. */
const PERMISSIVE = 1;

/** Whether the kernel enforces SELinux's policy; undefined if it does not use SELinux. */
export function selinuxMode(): "enforcing" | "permissive" | undefined {
  const enforce = text(`${FS}/enforce`)?.trim();
  return enforce === undefined ? undefined : enforce === "1" ? "enforcing" : "permissive";
}

/** A boolean of the policy; undefined if none has that name. */
export function selinuxBoolean(name: string): boolean | undefined {
  const value = text(`${FS}/booleans/${name}`);
  return value === undefined ? undefined : value.startsWith("1");
}

/** The domain of a process: its whole context. */
export function processContext(pid: number): string | undefined {
  const context = text(`/proc/${pid}/attr/current`)?.replace(/\0/g, "").trim();
  return context?.includes(":") ? context : undefined;
}

/** The label of a file; of a link, its own. */
export function fileContext(path: string): string | undefined {
  const label = runQuickly("/usr/bin/ls", ["-dZ", "--", path])?.stdout.split(" ")[0];
  return label?.includes(":") ? label : undefined;
}

/** Whether the loaded policy knows a context: whether its type exists. */
export function isContext(context: string): boolean {
  return asked("context", context) !== undefined;
}

/** The domain that a process enters when it runs a file of that label. */
export function domainEntered(process: string, file: string): string | undefined {
  const number = text(`${FS}/class/process/index`)?.trim();
  return number === undefined
    ? undefined
    : asked("create", `${process} ${file} ${number}`)?.replace(/\0/g, "").trim();
}

/** Which of these rights the policy denies; empty also for a permissive domain. Rights that the policy does not know are allowed. */
export function deniedRights(
  source: string,
  target: string,
  kind: string,
  rights: readonly string[],
): string[] {
  const number = text(`${FS}/class/${kind}/index`)?.trim();
  const answer = number === undefined
    ? undefined
    : asked("access", `${source} ${target} ${number}`)?.split(/\s+/);
  if (answer === undefined) return [];
  const allowed = BigInt(`0x${answer[0]}`);
  if ((Number(answer[5] ?? 0) & PERMISSIVE) !== 0) return [];
  return rights.filter((right) => {
    const bit = text(`${FS}/class/${kind}/perms/${right}`)?.trim();
    return bit !== undefined && (allowed & (1n << BigInt(Number(bit) - 1))) === 0n;
  });
}

/** Writes a question to a file of selinuxfs and reads the answer; undefined when the kernel refuses it. */
function asked(name: string, question: string): string | undefined {
  try {
    using file = Deno.openSync(`${FS}/${name}`, { read: true, write: true });
    file.writeSync(new TextEncoder().encode(`${question}\0`));
    const answer = new Uint8Array(4096);
    return new TextDecoder().decode(answer.subarray(0, file.readSync(answer) ?? 0));
  } catch {
    return undefined;
  }
}

function text(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
