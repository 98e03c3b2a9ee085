import { type Capability, value } from "./capability.ts";
import { exec } from "./exec.ts";
import { exists, list, read, readlink, stat } from "./file.ts";
import { chmod, chown, mkdir, remove, rename } from "./file_change.ts";
import { append, write } from "./file_write.ts";
import { sleep } from "./time.ts";

/** Every call of `host` that is the same for all handlers, by the name it has in the bridge. `fail`, `waitFor` and `options` need nothing of the host. */
export const CAPABILITIES: ReadonlyMap<string, Capability> = new Map<string, Capability>([
  ["exec", exec],
  ["sleep", sleep],
  ["fs.read", read],
  ["fs.list", list],
  ["fs.exists", exists],
  ["fs.stat", stat],
  ["fs.readlink", readlink],
  ["fs.write", write],
  ["fs.append", append],
  ["fs.mkdir", mkdir],
  ["fs.remove", remove],
  ["fs.rename", rename],
  ["fs.chmod", chmod],
  ["fs.chown", chown],
  // A log line is kept by being recorded, as every call is.
  ["log", () => value(null)],
]);
