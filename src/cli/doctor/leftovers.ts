import type { Finding, Patient } from "./finding.ts";
import { Deadline } from "../../base/deadline.ts";
import { LazyJournal } from "../../undo/lazy_journal.ts";
import { goneGuests } from "../../undo/gone_guests.ts";
import { listHeldChanges } from "../../undo/held_changes.ts";
import { JournalError } from "../../undo/journal.ts";
import { listDirectory } from "../../system/file.ts";

const TIMEOUT_MS = 5000;

/** What guests that are gone have left on the host: values and commands that were not undone. */
export async function leftovers({ directories }: Patient): Promise<Finding[]> {
  const check = "leftovers";
  // Throws where this user may not look: a journal that nobody sees may be there.
  listDirectory(directories.state);
  const lazyJournal = new LazyJournal(directories.state, () => {});
  if (!lazyJournal.exists) {
    return [{ check, level: "ok", seen: `no journal in ${directories.state}: no guest holds a change` }];
  }
  try {
    await lazyJournal.load();
    const deadline = Deadline.in(TIMEOUT_MS);
    const holds = lazyJournal.journal.transaction(deadline, (transaction) => listHeldChanges(transaction));
    const gone = goneGuests(lazyJournal.journal, directories.libvirt, undefined, deadline);
    const failed = holds.filter(({ failures }) => failures > 0);
    const findings: Finding[] = [];
    if (gone.length > 0) {
      findings.push({
        check,
        level: "warn",
        seen: `guests that are gone still hold changes: ${
          gone.map(({ driver, name }) => `${driver}/${name}`).join(", ")
        }`,
        remedy:
          `"hookvisor undo --list" lists them, "hookvisor undo" undoes them; so does the daemon's next start`,
      });
    }
    if (failed.length > 0) {
      findings.push({
        check,
        level: "warn",
        seen: `${
          failed.length === 1 ? "1 step" : `${failed.length} steps`
        } could not be undone so far, the last because ${failed.at(-1)!.error ?? "it failed"}`,
        remedy: `"hookvisor undo --list" lists them`,
      });
    }
    if (findings.length > 0) return findings;
    const count = holds.length === 1 ? "1 change is held" : `${holds.length} changes are held`;
    const seen = holds.length === 0
      ? "no guest holds a change"
      : `${count}, by guests that are running or starting`;
    return [{ check, level: "ok", seen }];
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return [{
      check,
      level: "fail",
      seen: error.message,
      remedy: `check ${directories.state}; hookvisor creates it again after it is removed`,
    }];
  } finally {
    lazyJournal.close();
  }
}
