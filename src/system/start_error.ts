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
  const interpreter = interpreterOf(path);
  return interpreter === undefined || isThere(interpreter)
    ? error.message
    : `${path} is a script for ${interpreter}, which does not exist`;
}

function interpreterOf(path: string): string | undefined {
  try {
    return firstLineOf(path)?.split(/[ \t]/, 1)[0];
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  }
}
