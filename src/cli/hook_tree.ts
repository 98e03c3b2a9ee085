import { type Driver, OPERATIONS } from "../protocol/operations.ts";
import { fileStatus, listDirectory } from "../system/file.ts";
import { SystemError } from "../system/system_error.ts";

/** A tree of scripts, `DRIVER.d/GUEST/OPERATION/SUB-OPERATION/*`, which libvirt itself does not run. */
export interface HookTree {
  path: string;
  guests: string[];
  /** Every file in it, in order. */
  scripts: string[];
}

/** How deep such a tree is below a guest's directory. */
const DEPTH = 3;

/** The tree of a driver in a hooks directory, or undefined if it has none. */
export function hookTree(hooks: string, driver: Driver): HookTree | undefined {
  const path = `${hooks}/${driver}.d`;
  const operations: readonly string[] = OPERATIONS.filter((o) => o.driver === driver).map(({ name }) => name);
  const guests = namesIn(path).filter((guest) =>
    namesIn(`${path}/${guest}`).some((name) => operations.includes(name))
  );
  if (guests.length === 0) return undefined;
  return { path, guests, scripts: guests.flatMap((guest) => filesBelow(`${path}/${guest}`, DEPTH)) };
}

/** Only so deep: a link may lead in a circle. */
function filesBelow(path: string, depth: number): string[] {
  return namesIn(path).flatMap((name) => {
    const file = `${path}/${name}`;
    const kind = fileStatus(file)?.kind;
    if (kind === "file") return [file];
    return kind === "directory" && depth > 0 ? filesBelow(file, depth - 1) : [];
  });
}

function namesIn(path: string): string[] {
  try {
    return fileStatus(path)?.kind === "directory" ? (listDirectory(path) ?? []).sort() : [];
  } catch (error) {
    if (error instanceof SystemError) return [];
    throw error;
  }
}
