import { jsonText } from "../base/json_text.ts";
import { flag, type Invocation, option } from "./command.ts";
import { hooksFor } from "./hook_links.ts";
import { placesOf } from "./places.ts";
import { driversOf } from "./wanted_drivers.ts";
import { describe, leaveCopy, removeLink } from "./link_steps.ts";
import { removeMadeDirectories } from "./made_directories.ts";
import { checkpointFile } from "../site/directories.ts";
import { LazyJournal } from "../undo/lazy_journal.ts";
import { DRIVERS } from "../protocol/operations.ts";
import { isThere } from "../system/file.ts";
import { removePrivate } from "../system/private_file.ts";
import { print } from "../system/self.ts";

/** `hookvisor uninstall`. */
export async function run(invocation: Invocation): Promise<number> {
  const places = placesOf(invocation);
  const dryRun = flag(invocation, "dry-run");
  const drivers = option(invocation, "driver") === undefined ? DRIVERS : await driversOf(invocation);
  const directory = `${places.destdir}${places.hooks}`;
  const hooks = drivers.flatMap((driver) => hooksFor(directory, driver, places.program));
  const steps = hooks.filter(({ isOurs, isCopy }) => isOurs || isCopy).map((hook) =>
    hook.isCopy ? leaveCopy(hook) : removeLink(hook, dryRun)
  );
  const ok = steps.every(({ did }) => did !== "left alone");
  const directories = dryRun || places.destdir !== ""
    ? []
    : removeMadeDirectories(invocation.directories.config);
  const file = checkpointFile(invocation.directories);
  const isUnused = !dryRun && places.destdir === "" && option(invocation, "driver") === undefined;
  const removed = isUnused && isThere(file) && removePrivate(file);
  if (flag(invocation, "json")) {
    print(1, `${jsonText({ ok, dryRun, hooks: places.hooks, steps, directories })}\n`);
    return ok ? 0 : 1;
  }
  for (const line of places.why) print(1, `${line}\n`);
  for (const step of steps) print(1, `${describe(step, dryRun)}\n`);
  for (const path of directories) {
    print(1, `${path}: removed: hookvisor install created it, and it is empty\n`);
  }
  if (steps.length === 0) print(1, `${directory} contains no link to hookvisor\n`);
  else if (ok) print(1, `libvirt notices at once; no daemon needs a reload\n`);
  if (removed) print(1, `${file}: removed\n`);
  if (new LazyJournal(invocation.directories.state, () => {}).exists) {
    print(
      1,
      `"hookvisor undo --list" lists what guests still hold on this host, and "hookvisor undo" undoes it\n`,
    );
  }
  return ok ? 0 : 1;
}
