import { holdAgain, type Holder, type UndoCommand, type UndoWrite } from "./held_changes.ts";
import type { Journal } from "./journal.ts";
import type { Deadline } from "../base/deadline.ts";
import { processId } from "../system/process_id.ts";

/**
 * Records a command to run, or a text to write, when the guest is gone. The same request of the same handler
 * is kept once, in its first place.
 */
export function holdForUndo(
  journal: Journal,
  holder: Holder,
  what: UndoCommand | UndoWrite,
  deadline: Deadline,
): void {
  const { driver, name, handler } = holder;
  journal.transaction(deadline, (transaction) => {
    holdAgain(transaction, holder);
    transaction.run(
      `INSERT INTO hold (driver, name, handler, since, maker, command) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (driver, name, handler, command) DO UPDATE SET maker = excluded.maker, failures = 0, error = NULL`,
      driver,
      name,
      handler,
      Date.now(),
      processId(),
      JSON.stringify(what),
    );
  });
}
