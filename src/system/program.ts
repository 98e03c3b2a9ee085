import { fileStatus } from "./file.ts";

/**
 * The absolute path of a program: the name itself if it is one, else the first executable of that name in
 * `path` (directories, colon-separated).
 */
export function findProgram(name: string, path: string): string | undefined {
  if (name.startsWith("/")) return name;
  if (name.includes("/")) return undefined;
  for (const directory of path.split(":")) {
    const candidate = `${directory}/${name}`;
    const status = fileStatus(candidate);
    if (status?.kind === "file" && (status.mode & 0o111) !== 0) return candidate;
  }
  return undefined;
}
