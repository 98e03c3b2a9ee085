/** The journal's name in the state directory. */
export const LEDGER_FILE = "journal.db";
