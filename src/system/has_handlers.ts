/**
 * Whether a configuration directory holds anything that could have a say in a
 * hook call: a handler or a `config.yaml`. What cannot be read may hold one.
 */
export function hasHandlers(config: string): boolean {
  return exists(`${config}/config.yaml`) || holdsHandler(`${config}/handlers`);
}

/** Whether a state directory holds a journal of what guests hold (src/ledger/). */
export function hasJournal(state: string): boolean {
  return exists(`${state}/journal.db`);
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}

function holdsHandler(directory: string): boolean {
  try {
    for (const { name } of Deno.readDirSync(directory)) if (name.endsWith(".js")) return true;
    return false;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}
