/** AppArmor as the kernel shows it: apparmor(7), and the query of libapparmor's aa_query_label(2). */

const ENABLED = "/sys/module/apparmor/parameters/enabled";
const ACCESS = "/sys/kernel/security/apparmor/.access";
/** Rules about files (AA_CLASS_FILE), and their right to execute (AA_MAY_EXEC). */
const CLASS_FILE = "\x02";
const MAY_EXEC = 1;

/** The profile that confines a process. */
export interface AppArmorProfile {
  name: string;
  /** `enforce`, `complain`, `kill`, ... */
  mode: string;
}

/** Whether the kernel uses AppArmor. */
export function usesAppArmor(): boolean {
  return text(ENABLED)?.trim() === "Y";
}

/** The profile of a process; undefined for one that is not confined. */
export function appArmorProfile(pid: number): AppArmorProfile | undefined {
  const said = text(`/proc/${pid}/attr/apparmor/current`) ?? text(`/proc/${pid}/attr/current`) ?? "";
  const [, name, mode] = /^(.+) \((\w+)\)$/.exec(said.replace(/\0/g, "").trim()) ?? [];
  return name === undefined ? undefined : { name, mode: mode! };
}

/**
 * Whether a loaded profile lets a confined process run a program; undefined if the kernel cannot answer: no
 * such profile, or too old.
 */
export function profileLetsRun(profile: string, program: string): boolean | undefined {
  try {
    using file = Deno.openSync(ACCESS, { read: true, write: true });
    file.writeSync(new TextEncoder().encode(`label\0${profile}\0${CLASS_FILE}${program}`));
    const answer = new Uint8Array(256);
    const length = file.readSync(answer) ?? 0;
    const said = new TextDecoder().decode(answer.subarray(0, length));
    const allowed = /^allow (0x[0-9a-f]+)/m.exec(said)?.[1];
    const denied = /^deny (0x[0-9a-f]+)/m.exec(said)?.[1];
    if (allowed === undefined) return undefined;
    return (Number(allowed) & ~Number(denied ?? 0) & MAY_EXEC) !== 0;
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
