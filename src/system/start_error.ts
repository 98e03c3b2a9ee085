import { interpreterOf } from "./interpreter.ts";
import { isThere } from "./file.ts";
import { SystemError } from "./system_error.ts";

/** Why a program could not be started, where the kernel's own words mislead: it says of a missing interpreter that the script is not there. */
export function startError(path: string, error: SystemError): string {
  if (error.code === "ENOEXEC") {
    return `${path} is no program: it has no #! line, such as #!/bin/sh, or it is for another machine`;
  }
  if (error.code !== "ENOENT" || !isThere(path)) return error.message;
  const [interpreter] = readInterpreter(path);
  return interpreter === undefined || isThere(interpreter)
    ? error.message
    : `${path} is a script for ${interpreter}, and that program is not there`;
}

function readInterpreter(path: string): string[] {
  try {
    return interpreterOf(path);
  } catch (error) {
    if (error instanceof SystemError) return [];
    throw error;
  }
}
