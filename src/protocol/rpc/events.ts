import type { Json } from "../../base/json.ts";
import { readDomain, type RemoteDomain } from "./calls.ts";
import type { XdrReader } from "./xdr.ts";

/** The fields of an event that handlers see as `event.*`. */
export type EventFields = Record<string, Json>;

/** A libvirt message: which domain, and what happened to it. */
export interface GuestNews {
  domain: RemoteDomain;
  /** The operation that handlers may match, if the message represents one. */
  operation?: string;
  fields: EventFields;
  /** Of a lifecycle event: `virDomainEventType`. */
  lifecycle?: number;
}

/** `virDomainEventType` */
export const STARTED = 2;
export const SUSPENDED = 3;
export const RESUMED = 4;
export const STOPPED = 5;
const SHUTDOWN = 6;
export const PM_SUSPENDED = 7;
export const CRASHED = 8;

/** Words for the numbers of an enum, in its order. A value that a newer libvirt adds becomes its number. */
const word = (words: readonly string[], number: number): string => words[number] ?? `${number}`;

const PAUSED = [
  ..."paused migrated ioerror watchdog restored from-snapshot api-error postcopy postcopy-failed".split(" "),
];
const UNPAUSED = "unpaused migrated from-snapshot postcopy postcopy-failed".split(" ");
const SHUT_DOWN = "finished guest host".split(" ");
const SLEEP = "memory disk".split(" ");
const PANIC = "panicked crashloaded".split(" ");
/** Of a guest's stop: it crashed, or QEMU ended without notice (`STOPPED_CRASHED`, `STOPPED_FAILED`). */
const ENDED_BADLY = new Map([[2, "crashed"], [5, "failed"]]);
const STARTED_WAKEUP = 4;
const WATCHDOG = "none pause reset poweroff shutdown debug inject-nmi".split(" ");
const IO_ERROR = "none pause report".split(" ");
const DISK_CHANGE = "missing-on-start dropped-missing-on-start".split(" ");
const TRAY = "open close".split(" ");
const AGENT_REASON = "unknown domain-started channel".split(" ");
const AGENT_CONNECTED = 1;
const BLOCK_JOB = "unknown pull copy commit active-commit backup".split(" ");
const BLOCK_JOB_END = "completed failed canceled".split(" ");
const RECIPIENT = "hypervisor guest".split(" ");
const MEMORY_ACTION = "ignore inject fatal reset".split(" ");
const JOB = [
  ..."unknown start save restore migration-in migration-out snapshot snapshot-revert dump backup".split(" "),
  "snapshot-delete",
];

type Told = Omit<GuestNews, "domain"> & { operation?: string };

/**
 * One kind of event: its `virDomainEventID`, the message that brings it, and how its part after the domain is
 * read.
 */
interface Source {
  event: number;
  read(reader: XdrReader): Told;
}

/**
 * By the number of the message's procedure in remote_protocol.x. Every message begins with the callback's id and the
 * domain. The enums' words are those of libvirt-domain.h.
 */
const SOURCES: ReadonlyMap<number, Source> = new Map<number, Source>([
  [318, { event: 0, read: (r) => lifecycle(r.int(), r.int()) }],
  [319, { event: 1, read: () => ({ operation: "rebooted", fields: {} }) }],
  [321, {
    event: 3,
    read: (r) => ({ operation: "watchdog", fields: { action: word(WATCHDOG, r.int()) } }),
  }],
  [324, { event: 6, read: ioError }],
  [327, { event: 9, read: diskChanged }],
  [328, {
    event: 10,
    read: (r) => ({ operation: "tray", fields: { device: r.string(), state: word(TRAY, r.int()) } }),
  }],
  [331, {
    event: 13,
    read: (r) => ({ operation: "balloon", fields: { actualKiB: r.unsignedHyper() } }),
  }],
  [333, { event: 15, read: (r) => ({ operation: "device-removed", fields: { device: r.string() } }) }],
  [339, { event: 16, read: blockJob }],
  [348, { event: 18, read: agent }],
  [354, { event: 19, read: (r) => ({ operation: "device-added", fields: { device: r.string() } }) }],
  [363, { event: 21, read: jobCompleted }],
  [367, {
    event: 22,
    read: (r) => ({ operation: "device-removal-failed", fields: { device: r.string() } }),
  }],
  [385, { event: 24, read: blockThreshold }],
  [423, { event: 25, read: memoryFailure }],
]);

/** A message's contents, or undefined for one that was not requested. Throws `XdrError` if it violates the protocol. */
export function readEvent(procedure: number, reader: XdrReader): GuestNews | undefined {
  const source = SOURCES.get(procedure);
  if (source === undefined) return undefined;
  reader.int();
  const domain = readDomain(reader);
  return { domain, ...source.read(reader) };
}

function lifecycle(event: number, detail: number): Told {
  const told = (operation: string, fields: EventFields): Told => ({ operation, fields, lifecycle: event });
  switch (event) {
    case STARTED:
      return detail === STARTED_WAKEUP ? told("pm-woken", {}) : { fields: {}, lifecycle: event };
    case SUSPENDED:
      return told("paused", { reason: word(PAUSED, detail) });
    case RESUMED:
      return told("resumed", { reason: word(UNPAUSED, detail) });
    case STOPPED: {
      const reason = ENDED_BADLY.get(detail);
      return reason === undefined ? { fields: {}, lifecycle: event } : told("crashed", { reason });
    }
    case SHUTDOWN:
      return told("shutdown-requested", { reason: word(SHUT_DOWN, detail) });
    case PM_SUSPENDED:
      return told("pm-suspended", { to: word(SLEEP, detail) });
    case CRASHED:
      return told("crashed", { reason: word(PANIC, detail) });
    default:
      return { fields: {}, lifecycle: event };
  }
}

function ioError(r: XdrReader): Told {
  const path = r.string();
  const device = r.string();
  const action = word(IO_ERROR, r.int());
  return { operation: "io-error", fields: { device, path, action, reason: r.string() || "unknown" } };
}

function diskChanged(r: XdrReader): Told {
  const oldPath = r.optionalString() ?? null;
  const newPath = r.optionalString() ?? null;
  const device = r.string();
  const reason = word(DISK_CHANGE, r.int());
  return { operation: "disk-changed", fields: { device, oldPath, newPath, reason } };
}

/** Only its end: a job that is ready to pivot or finish has not ended. */
function blockJob(r: XdrReader): Told {
  const disk = r.string();
  const job = word(BLOCK_JOB, r.int());
  const result = BLOCK_JOB_END[r.int()];
  return result === undefined ? { fields: {} } : { operation: "block-job", fields: { disk, job, result } };
}

function agent(r: XdrReader): Told {
  const operation = r.int() === AGENT_CONNECTED ? "agent-connected" : "agent-disconnected";
  return { operation, fields: { reason: word(AGENT_REASON, r.int()) } };
}

/**
 * libvirt reports it twice for a disk's own image: of `vda` and of `vda[1]`. Its path says which image it is.
 */
function blockThreshold(r: XdrReader): Told {
  const disk = r.string().replace(/\[\d+\]$/, "");
  const path = r.optionalString() ?? null;
  const threshold = r.unsignedHyper();
  return { operation: "block-threshold", fields: { disk, path, threshold, excess: r.unsignedHyper() } };
}

function memoryFailure(r: XdrReader): Told {
  const recipient = word(RECIPIENT, r.int());
  const action = word(MEMORY_ACTION, r.int());
  const flags = r.unsigned();
  const fields = { recipient, action, actionRequired: (flags & 1) !== 0, recursive: (flags & 2) !== 0 };
  return { operation: "memory-failure", fields };
}

/** libvirt's typed parameters, by their own names (`data_total`, `time_elapsed`, …) in `statistics`. */
function jobCompleted(r: XdrReader): Told {
  const statistics = Object.fromEntries(r.list((one) => [one.string(), typedValue(one)]));
  const { operation, success, errmsg } = statistics;
  return {
    operation: "job-completed",
    fields: {
      job: word(JOB, typeof operation === "number" ? operation : 0),
      ...(typeof success === "boolean" ? { success } : {}),
      ...(typeof errmsg === "string" ? { error: errmsg } : {}),
      statistics,
    },
  };
}

/** `remote_typed_param_value` */
function typedValue(r: XdrReader): Json {
  switch (r.int()) {
    case 1:
      return r.int();
    case 2:
      return r.unsigned();
    case 3:
      return r.hyper();
    case 4:
      return r.unsignedHyper();
    case 5:
      return r.double();
    case 6:
      return r.int() !== 0;
    default:
      return r.string();
  }
}
