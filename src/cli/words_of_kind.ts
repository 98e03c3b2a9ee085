import type { AdminCommand } from "./command.ts";
import type { Directories } from "../site/directories.ts";
import { newestRecords } from "../records/history.ts";
import { keptCalls } from "../records/replay_calls.ts";
import { isTrouble } from "../system/file_reader.ts";
import { OPERATIONS } from "../protocol/operations.ts";
import { fileReader } from "../system/file_reader.ts";

/** How many records are searched for names: a shell waits for the answer while the user types. */
const MOST_RECORDS = 2000;

/** The completions for a kind without a fixed list, from this host's present state. */
export function wordsOfKind(
  kind: string,
  directories: Directories,
  commands: readonly AdminCommand[],
): string[] {
  switch (kind) {
    case "handler":
      return handlerNames(directories);
    case "guest":
      return names(directories, (driver) => driver !== "network" && driver !== "daemon");
    case "network":
      return names(directories, (driver) => driver === "network");
    case "command":
      return commands.map(({ name }) => name);
    case "operation":
      return OPERATIONS.map(({ driver, name }) => `${driver}/${name}`);
    case "record":
      return [
        "last",
        ...recent(directories).slice(0, 50),
        ...keptCalls(directories.log).take(50).map(({ id }) => id),
      ]
        .filter((id, i, all) => all.indexOf(id) === i);
    default:
      return [];
  }
}

function handlerNames({ config }: Directories): string[] {
  const files = fileReader.list(`${config}/handlers`);
  if (isTrouble(files)) return [];
  return files.filter((name) => name.endsWith(".js")).map((name) => name.slice(0, -".js".length)).sort();
}

function names({ log }: Directories, isWanted: (driver: string) => boolean): string[] {
  const found = new Set<string>();
  for (const { driver, object } of newestRecords(log, {}).take(MOST_RECORDS)) {
    if (isWanted(driver)) found.add(object);
  }
  // A shell takes words by lines; a name with a line end cannot be offered.
  return [...found].filter((name) => !/[\p{Cc}]/u.test(name)).sort();
}

function recent({ log }: Directories): string[] {
  return [...newestRecords(log, {}).take(50)].map(({ id }) => id);
}
