import { oneLine } from "../base/one_line.ts";
import { jsonText } from "../base/json_text.ts";
import { isThere } from "../system/file.ts";
import { failureText } from "./failure_text.ts";
import type { HookRecord } from "./record.ts";
import { sendDatagrams } from "../system/datagram.ts";

// syslog(3): the priorities, and the facility of system daemons.
const PRIORITIES = { error: 3, warn: 4, info: 6, debug: 7 } as const;
const VERDICTS = { success: "info", ignore: "warn", abort: "error" } as const;
const FACILITY_DAEMON = "3";
/** The most log lines of handlers that one call forwards. */
const MOST_LINES = 100;
/** Longest text of a field, in UTF-16 code units: a datagram must fit the socket's buffer. */
const LONGEST = 8000;

/**
 * Forwards a record to journald where it runs: a line for the call if a handler
 * ran or the record has a remark, and the lines that its handlers logged, each
 * with its own priority.
 */
export function sendToJournald(record: HookRecord, socket: string): void {
  const { handlers, notes = [], verdict, undone = [] } = record;
  const isSilent = handlers.length === 0 && notes.length === 0 && undone.length === 0 &&
    verdict === "success";
  if (isSilent || !isThere(socket)) return;
  sendDatagrams(socket, entries(record).map(datagram));
}

type Fields = Readonly<Record<string, string>>;

/** What journald gets for one call, in order. */
export function entries(record: HookRecord): Fields[] {
  const { driver, object, operation, verdict, id, ms, handlers, reason } = record;
  const common = {
    SYSLOG_IDENTIFIER: "hookvisor",
    SYSLOG_FACILITY: FACILITY_DAEMON,
    HOOKVISOR_ID: id,
    HOOKVISOR_DRIVER: driver,
    HOOKVISOR_OBJECT: object,
    HOOKVISOR_OPERATION: operation,
  };
  const lines = handlers.flatMap(({ name, calls }) =>
    calls.filter(({ call }) => call === "log").map(({ what, level, fields }): Fields => ({
      MESSAGE: `${name}: ${what}`,
      PRIORITY: priority(level),
      ...common,
      HOOKVISOR_HANDLER: name,
      ...(fields === undefined ? {} : { HOOKVISOR_FIELDS: jsonText(fields) }),
    }))
  );
  return [...lines.slice(0, MOST_LINES), {
    MESSAGE: message(record),
    PRIORITY: String(PRIORITIES[VERDICTS[verdict]]),
    ...common,
    HOOKVISOR_VERDICT: verdict,
    HOOKVISOR_DURATION_MS: String(ms),
    HOOKVISOR_HANDLERS: handlers.map(({ name }) => name).join(" "),
    ...(reason === undefined ? {} : { HOOKVISOR_REASON: reason }),
  }];
}

function priority(level: string | undefined): string {
  const known = level !== undefined && Object.hasOwn(PRIORITIES, level);
  return String(PRIORITIES[known ? level as keyof typeof PRIORITIES : "info"]);
}

function message(
  { driver, object, operation, verdict, handlers, notes = [], undone = [], reason, ms }: HookRecord,
): string {
  const call = `${driver}/${operation} ${object}`;
  if (reason !== undefined) return reason;
  const failed = handlers.find(({ onFailure }) => onFailure !== undefined);
  if (failed !== undefined) return `${call}: ${failed.name} failed and is ignored: ${failureText(failed)}`;
  const count = handlers.length === 1 ? "1 handler" : `${handlers.length} handlers`;
  const back = undone.length === 0 ? "" : `, ${undone.length} undone`;
  const remarks = notes.length === 0 ? "" : `: ${notes.join("; ")}`;
  return `${call}: ${verdict}, ${count}${back}, ${ms} ms${remarks}`;
}

/** One entry in the protocol's form: `NAME=text`, or, if the text has a line end, its 64-bit length and the text. */
export function datagram(fields: Fields): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const parts = Object.entries(fields).map(([name, whole]) => {
    const cut = whole.length > LONGEST ? `${whole.slice(0, LONGEST)}…` : whole;
    // Several lines stay several lines.
    const text = cut.split("\n").map(oneLine).join("\n");
    if (!text.includes("\n")) return encoder.encode(`${name}=${text}\n`);
    const bytes = encoder.encode(text);
    const head = encoder.encode(`${name}\n`);
    const part = new Uint8Array(head.length + 8 + bytes.length + 1);
    part.set(head);
    new DataView(part.buffer).setBigUint64(head.length, BigInt(bytes.length), true);
    part.set(bytes, head.length + 8);
    part[part.length - 1] = 10;
    return part;
  });
  const all = new Uint8Array(new ArrayBuffer(parts.reduce((sum, part) => sum + part.length, 0)));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
