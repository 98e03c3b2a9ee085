import { Ledger } from "./ledger.ts";
import { isSqliteLoaded, loadSqlite } from "../system/sqlite.ts";

/** The way to the journal of one process, which is opened when it is first needed: most hook calls never do. */
export class LedgerDoor {
  readonly directory: string;
  readonly #note: (text: string) => void;
  #ledger: Ledger | undefined;

  /** @param note takes remarks for the record */
  constructor(directory: string, note: (text: string) => void) {
    this.directory = directory;
    this.#note = note;
  }

  /** Whether there is a journal, made by this call or one before. */
  get exists(): boolean {
    return Ledger.exists(this.directory);
  }

  /** Whether `ledger` can be used: SQLite is there. */
  get isReady(): boolean {
    return isSqliteLoaded();
  }

  /** Loads SQLite. */
  async load(): Promise<void> {
    await loadSqlite();
  }

  /** @throws {LedgerError} when the state directory is not safe */
  get ledger(): Ledger {
    return this.#ledger ??= new Ledger(this.directory, this.#note);
  }

  close(): void {
    this.#ledger?.close();
  }
}
