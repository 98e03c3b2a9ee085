import { workingDirectory } from "../system/admin_files.ts";

/** A path from the command line as an absolute one: a relative path counts from the current directory. */
export function absolutePath(path: string, from: () => string = workingDirectory): string {
  const whole = path.startsWith("/") ? path : `${from()}/${path}`;
  const names: string[] = [];
  for (const name of whole.split("/")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  return `/${names.join("/")}`;
}
