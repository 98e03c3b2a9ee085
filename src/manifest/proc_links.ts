/**
 * The links of a process's directory in /proc that lead out of /proc: to the whole file system (`root`,
 * `cwd`), to the program (`exe`), to open files (`fd`, `map_files`), and to all of it again for each thread.
 * Source: proc(5).
 */
const MAGIC: ReadonlySet<string> = new Set(["root", "cwd", "exe", "fd", "fdinfo", "map_files", "ns", "task"]);
const PROCESS = /^(?:[0-9]+|self|thread-self)$/;

/** The names in a normalised path at which it leaves a process's directory in /proc, in their order. */
export function procLinks(path: string): string[] {
  const [, proc, process = "", ...names] = path.split("/");
  return proc === "proc" && PROCESS.test(process) ? names.filter((name) => MAGIC.has(name)) : [];
}
