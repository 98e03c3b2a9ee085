import { cString } from "../../system/descriptor.ts";
import { systemCall } from "../../system/libc.ts";
import { StringVector } from "../../system/process.ts";
import { check } from "../../system/system_error.ts";

// asm/unistd_64.h
const EXECVE = 59;

/** Runs another program in this process's place (execve on x86-64). @throws {SystemError} when it cannot */
export function execve(path: string, argv: string[], environment: string[]): never {
  const [words, variables] = [new StringVector(argv), new StringVector(environment)];
  check(systemCall(EXECVE, cString(path), words.pointers, variables.pointers), path);
  throw new Error("execve returned");
}
