/** The machine in one line: processor, number of cores, memory, kernel. */
export function machine(): string {
  const [, model] = /^model name\s*:\s*(.+)$/m.exec(Deno.readTextFileSync("/proc/cpuinfo")) ?? [];
  const { total } = Deno.systemMemoryInfo();
  const cores = navigator.hardwareConcurrency;
  return [
    model ?? Deno.build.arch,
    `${cores} ${cores === 1 ? "core" : "cores"}`,
    `${(total / 2 ** 30).toFixed(0)} GiB`,
    `Linux ${Deno.osRelease()}`,
  ].join(", ");
}
