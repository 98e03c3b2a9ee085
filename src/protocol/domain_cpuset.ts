/** A set of CPUs or nodes as written. It is expanded when a handler reads it: see the prelude. */
export interface CpuSetModel {
  text: string;
  cpus: null;
}

/** libvirt's VIR_DOMAIN_CPUMASK_LEN: no CPU number reaches it. */
const MAX_CPUS = 16384;
/** More than any set of that many numbers takes, in characters. */
const MAX_LENGTH = 131_072;

const PART = /\s*(\^?)([0-9]{1,5})(?:-([0-9]{1,5}))?\s*(,|$)/y;

/** Whether a text is a set in libvirt's form (virBitmapParse): numbers and ranges separated by commas, `^5` taking one out again. */
export function isCpuSet(text: string): boolean {
  if (text === "" || text.length > MAX_LENGTH || text.endsWith(",")) return false;
  for (PART.lastIndex = 0; PART.lastIndex < text.length;) {
    const match = PART.exec(text);
    if (match === null) return false;
    const from = Number(match[2]);
    const to = match[3] === undefined ? from : Number(match[3]);
    if (to < from || to >= MAX_CPUS || (match[1] === "^" && match[3] !== undefined)) return false;
  }
  return true;
}

/** Undefined if the text is not such a set. */
export function cpuSet(text: string | undefined): CpuSetModel | undefined {
  return text !== undefined && isCpuSet(text) ? { text, cpus: null } : undefined;
}
