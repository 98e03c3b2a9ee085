import { isThere } from "../system/file.ts";
import { isSqliteLoaded, loadSqlite } from "../system/sqlite.ts";
import { Journal } from "./journal.ts";
import { JOURNAL_FILE } from "./journal_file.ts";

/** The way to the journal of one process, which is opened when it is first needed: most hook calls never do. */
export class LazyJournal {
  readonly directory: string;
  readonly #note: (text: string) => void;
  #journal: Journal | undefined;

  /** @param note takes remarks for the record */
  constructor(directory: string, note: (text: string) => void) {
    this.directory = directory;
    this.#note = note;
  }

  /** Whether there is a journal, made by this call or one before. */
  get exists(): boolean {
    return isThere(`${this.directory}/${JOURNAL_FILE}`);
  }

  /** Whether `journal` can be used now; a process that is restored from a checkpoint has SQLite already. */
  get isLoaded(): boolean {
    return isSqliteLoaded();
  }

  /** Loads SQLite: 2 ms, the one thing that is loaded when it is used. */
  async load(): Promise<void> {
    await loadSqlite();
  }

  /** @throws {JournalError} when the state directory is not safe */
  get journal(): Journal {
    return this.#journal ??= new Journal(this.directory, this.#note);
  }

  close(): void {
    this.#journal?.close();
  }
}
