import { isThere } from "./file.ts";
import { firstLineOf } from "./first_line.ts";
import { SystemError } from "./system_error.ts";

/**
 * Why a program could not be started, where the kernel's own words mislead: for a missing interpreter it
 * reports that the script does not exist.
 */
export function startError(path: string, error: SystemError): string {
  if (error.code === "ENOEXEC") {
    return `${path} is not executable here: it has no #! line, such as #!/bin/sh, or was built for another machine`;
  }
  if (error.code !== "ENOENT" || !isThere(path)) return error.message;
  const missing = missingInterpreter(path);
  if (missing === undefined) return error.message;
  const { name, remedy } = missing;
  return `${path} is a script for ${name}, which does not exist${remedy === undefined ? "" : ` (${remedy})`}`;
}

/** The interpreter of a script, if it does not exist; and what to do, where that is known. */
export function missingInterpreter(path: string): { name: string; remedy?: string } | undefined {
  const name = interpreterOf(path);
  if (name === undefined || name === "" || isThere(name)) return undefined;
  if (!name.endsWith("\r")) return { name };
  return {
    name: name.replace("\r", "\\r"),
    remedy: `its lines end as Windows writes them: sed -i 's/\\r$//' ${path}`,
  };
}

function interpreterOf(path: string): string | undefined {
  try {
    return firstLineOf(path)?.split(/[ \t]/, 1)[0];
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  }
}
