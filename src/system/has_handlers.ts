/**
 * Whether a configuration directory holds anything that could affect a hook
 * call: a handler or a `config.yaml`. A directory that cannot be read may hold
 * one.
 *
 * It lists directories instead of asking for names that may not exist: an
 * exception costs a call without work a tenth of its time.
 */
export function hasHandlers(config: string): boolean {
  return holds(config, (name) =>
    name === "config.yaml" ||
    (name === "handlers" && holds(`${config}/handlers`, (file) => file.endsWith(".js"))));
}

/** Whether a state directory holds a journal of what guests hold (src/undo/). */
export function hasJournal(state: string): boolean {
  return holds(state, (name) => name === "journal.db");
}

function holds(directory: string, isWanted: (name: string) => boolean): boolean {
  try {
    for (const { name } of Deno.readDirSync(directory)) if (isWanted(name)) return true;
    return false;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}
