import type { CpuSet } from "../../handlers/handler.d.ts";

/** libvirt's VIR_DOMAIN_CPUMASK_LEN: no CPU number reaches it. */
const MAX_CPUS = 16384;

/**
 * A set of CPUs or nodes in libvirt's form (virBitmapParse): numbers and
 * ranges separated by commas, `^5` taking one out again. Undefined when the
 * text is not such a set.
 */
export function cpuSet(text: string | undefined): CpuSet | undefined {
  if (text === undefined || text.length > 131_072) return undefined;
  const members = new Set<number>();
  for (const part of text.split(",")) {
    const match = /^\s*(\^?)([0-9]{1,5})(?:-([0-9]{1,5}))?\s*$/.exec(part);
    if (match === null) return undefined;
    const from = Number(match[2]);
    const to = match[3] === undefined ? from : Number(match[3]);
    if (to < from || to >= MAX_CPUS || (match[1] === "^" && match[3] !== undefined)) return undefined;
    if (match[1] === "^") members.delete(from);
    else for (let cpu = from; cpu <= to; cpu++) members.add(cpu);
  }
  return { text, cpus: [...members].sort((a, b) => a - b) };
}
