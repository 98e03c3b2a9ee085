import { isThere } from "../system/file.ts";
import { JOURNAL_FILE } from "./journal_file.ts";
import type { Journal } from "./journal.ts";

/** The way to the journal of one process, which is opened when it is first needed: most hook calls never do. */
export class LazyJournal {
  readonly directory: string;
  readonly #note: (text: string) => void;
  #make: (() => Journal) | undefined;
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

  /** Whether `journal` can be used: its code and SQLite are there. */
  get isReady(): boolean {
    return this.#make !== undefined;
  }

  /** Loads the code and SQLite. */
  async load(): Promise<void> {
    if (this.#make !== undefined) return;
    const [{ Journal }, { loadSqlite }] = await Promise.all([
      import("./journal.ts"),
      import("../system/sqlite.ts"),
    ]);
    await loadSqlite();
    this.#make = () => new Journal(this.directory, this.#note);
  }

  /** @throws {JournalError} when the state directory is not safe */
  get journal(): Journal {
    if (this.#make === undefined) throw new Error("the journal was used before it was loaded");
    return this.#journal ??= this.#make();
  }

  close(): void {
    this.#journal?.close();
  }
}
