import { type Capability, value } from "./capability.ts";
import { lazily } from "./lazy.ts";
import { sleep } from "./time.ts";

/** Every call of `host` that is the same for all handlers, by the name it has in the bridge. `fail`, `waitFor` and `options` need nothing of the host. */
export const CAPABILITIES: ReadonlyMap<string, Capability> = new Map<string, Capability>([
  ["exec", lazily(async () => (await import("./exec.ts")).exec)],
  ["sleep", sleep],
  ["fs.read", lazily(async () => (await import("./file.ts")).read)],
  ["fs.list", lazily(async () => (await import("./file.ts")).list)],
  ["fs.exists", lazily(async () => (await import("./file.ts")).exists)],
  ["fs.stat", lazily(async () => (await import("./file.ts")).stat)],
  ["fs.readlink", lazily(async () => (await import("./file.ts")).readlink)],
  ["fs.write", lazily(async () => (await import("./file_write.ts")).write)],
  ["fs.append", lazily(async () => (await import("./file_write.ts")).append)],
  ["fs.mkdir", lazily(async () => (await import("./file_change.ts")).mkdir)],
  ["fs.remove", lazily(async () => (await import("./file_change.ts")).remove)],
  ["fs.rename", lazily(async () => (await import("./file_change.ts")).rename)],
  ["fs.chmod", lazily(async () => (await import("./file_change.ts")).chmod)],
  ["fs.chown", lazily(async () => (await import("./file_change.ts")).chown)],
  // A log line is kept by being recorded, as every call is.
  ["log", () => value(null)],
]);
