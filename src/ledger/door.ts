import { isThere } from "../system/file.ts";
import { LEDGER_FILE } from "./ledger_file.ts";
import type { Ledger } from "./ledger.ts";

/** The way to the journal of one process, which is opened when it is first needed: most hook calls never do. */
export class LedgerDoor {
  readonly directory: string;
  readonly #note: (text: string) => void;
  #make: (() => Ledger) | undefined;
  #ledger: Ledger | undefined;

  /** @param note takes remarks for the record */
  constructor(directory: string, note: (text: string) => void) {
    this.directory = directory;
    this.#note = note;
  }

  /** Whether there is a journal, made by this call or one before. */
  get exists(): boolean {
    return isThere(`${this.directory}/${LEDGER_FILE}`);
  }

  /** Whether `ledger` can be used: its code and SQLite are there. */
  get isReady(): boolean {
    return this.#make !== undefined;
  }

  /** Loads the code and SQLite. */
  async load(): Promise<void> {
    if (this.#make !== undefined) return;
    const [{ Ledger }, { loadSqlite }] = await Promise.all([
      import("./ledger.ts"),
      import("../system/sqlite.ts"),
    ]);
    await loadSqlite();
    this.#make = () => new Ledger(this.directory, this.#note);
  }

  /** @throws {LedgerError} when the state directory is not safe */
  get ledger(): Ledger {
    if (this.#make === undefined) throw new Error("the journal was used before it was loaded");
    return this.#ledger ??= this.#make();
  }

  close(): void {
    this.#ledger?.close();
  }
}
