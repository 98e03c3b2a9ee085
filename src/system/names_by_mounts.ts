import { type Mount, readMounts } from "./mount_info.ts";

/** A path without links in it, and its other names; the mounts are read at each question: a handler may have made one. */
export function allNames(path: string): string[] {
  return [path, ...namesByMounts(path, readMounts())];
}

/**
 * The other names of a file: its directory may be mounted in a second place (`mount --bind`), and its whole file
 * system too, as /sys in a container's root.
 *
 * @param path absolute, without links in it
 */
export function namesByMounts(path: string, mounts: readonly Mount[]): string[] {
  const on = mountOf(path, mounts);
  if (on === undefined) return [];
  const inner = joined(on.root, below(on.point, path)!);
  const names = mounts.flatMap((mount) => {
    const rest = mount.device === on.device ? below(mount.root, inner) : undefined;
    return rest === undefined ? [] : [joined(mount.point, rest)];
  });
  return [...new Set(names)].filter((name) => name !== path);
}

/** The mount that a path lies on, found as the kernel does: from the root's down, each on the one before it. */
function mountOf(path: string, mounts: readonly Mount[]): Mount | undefined {
  const ids = new Set(mounts.map(({ id }) => id));
  let on: Mount | undefined;
  for (;;) {
    const isNext = ({ id, parent, point }: Mount) =>
      (on === undefined ? parent === id || !ids.has(parent) : parent === on.id && id !== parent) &&
      below(point, path) !== undefined;
    // What is mounted higher up covers what is mounted below it.
    const next = mounts.filter(isNext).reduce<Mount | undefined>(
      (a, b) => a !== undefined && a.point.length <= b.point.length ? a : b,
      undefined,
    );
    if (next === undefined) return on;
    on = next;
  }
}

/** The part of a path below a directory, `""` for the directory itself; undefined if it lies elsewhere. */
function below(directory: string, path: string): string | undefined {
  if (directory === "/") return path === "/" ? "" : path;
  if (path === directory) return "";
  return path.startsWith(`${directory}/`) ? path.slice(directory.length) : undefined;
}

function joined(directory: string, rest: string): string {
  return `${directory === "/" ? "" : directory}${rest}` || "/";
}
