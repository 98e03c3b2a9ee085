import { isThere } from "../system/file.ts";
import { isSqliteLoaded, loadSqlite } from "../system/sqlite.ts";
import { Journal } from "./journal.ts";
import { JOURNAL_FILE } from "./journal_file.ts";

/**
 * One process's access to the journal, which is opened when it is first needed; most hook calls never open
 * it.
 */
export class LazyJournal {
  readonly directory: string;
  readonly #note: (text: string) => void;
  #journal: Journal | undefined;

  /** @param note receives remarks for the record */
  constructor(directory: string, note: (text: string) => void) {
    this.directory = directory;
    this.#note = note;
  }

  /** Whether a journal exists, created by this call or an earlier one. */
  get exists(): boolean {
    return isThere(`${this.directory}/${JOURNAL_FILE}`);
  }

  /**
   * Whether `journal` can be used now; a process that was restored from a checkpoint has already loaded
   * SQLite.
   */
  get isLoaded(): boolean {
    return isSqliteLoaded();
  }

  /** Loads SQLite, which takes 2 ms: the only module that is loaded at its first use. */
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
