import { makeDirectory, readText, remove, removeEmpty, replaceFile } from "../system/admin_files.ts";
import { isThere } from "../system/file.ts";

/** The directories in libvirt's hooks directory that `install` made, one a line, so that `uninstall` removes those and no others. */
function listOf(config: string): string {
  return `${config}/made-directories`;
}

/** Creates a directory and its parents, and records which of them were missing. */
export function makeHookDirectory(path: string, config: string): void {
  const missing: string[] = [];
  for (let at = path; at !== "" && !isThere(at); at = at.slice(0, at.lastIndexOf("/"))) missing.push(at);
  makeDirectory(path);
  if (missing.length === 0) return;
  makeDirectory(config);
  write(config, [...new Set([...read(config), ...missing])]);
}

/** Removes the empty directories that `install` created, and returns them. Directories with other files stay. */
export function removeMadeDirectories(config: string): string[] {
  const made = read(config);
  if (made.length === 0) return [];
  // Those inside others come first.
  const removed = made.toSorted((a, b) => b.length - a.length).filter(removeEmpty);
  write(config, made.filter((path) => isThere(path)));
  return removed;
}

function read(config: string): string[] {
  return (readText(listOf(config)) ?? "").split("\n").filter((line) => line.startsWith("/"));
}

function write(config: string, paths: readonly string[]): void {
  const list = listOf(config);
  if (paths.length > 0) replaceFile(list, paths.map((path) => `${path}\n`).join(""));
  else if (isThere(list)) remove(list);
}
