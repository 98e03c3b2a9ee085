import { flag, type Invocation } from "./command.ts";
import { makeDirectory, readText, replaceFile } from "../system/admin_files.ts";
import { print } from "../system/self.ts";
import types from "../../handlers/handler.d.ts" with { type: "text" };

/** `hookvisor types`. */
export function run(invocation: Invocation): number {
  if (flag(invocation, "print")) {
    print(1, types);
    return 0;
  }
  const directory = `${invocation.directories.config}/handlers`;
  const file = `${directory}/handler.d.ts`;
  makeDirectory(directory);
  if (readText(file) === types) {
    print(1, `${file} is up to date\n`);
    return 0;
  }
  replaceFile(file, types);
  print(1, `${file} was written: with "// @ts-check" an editor now completes event and host\n`);
  return 0;
}
