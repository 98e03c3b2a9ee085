import type { HookRecord } from "../records/record.ts";
import { appendRecord, makeRecord, type RecordOfCall } from "../records/write_record.ts";
import type { Directories } from "../site/directories.ts";
import type { HookEvent } from "../protocol/event.ts";
import { isThere } from "../system/file.ts";

/** Writes the record of a call that handlers took part in: to `events.jsonl`, and to journald where it runs. */
export async function recordCall(
  event: HookEvent,
  told: RecordOfCall,
  { log, journald }: Directories,
): Promise<HookRecord> {
  const record = makeRecord(event, told);
  appendRecord(log, record, told.log);
  if (isThere(journald)) {
    const { sendToJournald } = await import("../records/journald.ts");
    sendToJournald(record, journald);
  }
  return record;
}
