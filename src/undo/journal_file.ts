/** The journal's name in the state directory. */
export const JOURNAL_FILE = "journal.db";
