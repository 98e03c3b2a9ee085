import type { RemoteDomain } from "../protocol/rpc/calls.ts";
import {
  CRASHED,
  type EventFields,
  type GuestNews,
  PM_SUSPENDED,
  RESUMED,
  STARTED,
  STOPPED,
  SUSPENDED,
} from "../protocol/rpc/events.ts";

/** A guest's state, as far as events show it. */
type Doing = "runs" | "paused" | "sleeps" | "crashed";

/** A running guest, and its state. */
export interface KnownGuest {
  domain: RemoteDomain;
  doing: Doing;
}

/** libvirt's answer about a domain: `virDomainState` and its reason. */
export interface AskedState {
  state: number;
  reason: number;
}

/** An event that libvirt did not report. */
export interface MissedEvent {
  domain: RemoteDomain;
  operation: string;
  fields: EventFields;
}

/** `VIR_DOMAIN_PAUSED_CRASHED`: the guest panicked while no daemon ran. */
const PAUSED_CRASHED = 10;
// virDomainState (include/libvirt/libvirt-domain.h)
const STATES: Readonly<Record<number, Doing>> = {
  1: "runs",
  2: "runs",
  3: "paused",
  4: "runs",
  6: "crashed",
  7: "sleeps",
};
/** `virDomainPausedReason`, in the words of the event where that has one. */
const PAUSED =
  ("unknown paused migrated save dump ioerror watchdog from-snapshot shutting-down snapshot crashed " +
    "starting-up postcopy postcopy-failed").split(" ");
/** `virDomainShutoffReason`s that need no report: shut down, destroyed, migrated, saved, from a snapshot. */
const MEANT_TO_STOP: ReadonlySet<number> = new Set([1, 2, 4, 5, 7]);
const SHUT_OFF = 5;

const AFTER: Readonly<Record<number, Doing>> = {
  [STARTED]: "runs",
  [SUSPENDED]: "paused",
  [RESUMED]: "runs",
  [PM_SUSPENDED]: "sleeps",
  [CRASHED]: "crashed",
};

/**
 * The running guests of one driver, by UUID: kept so that events missed during a lost connection can be
 * reported.
 */
export class GuestStates {
  readonly #guests: Map<string, KnownGuest>;
  /** Guests of which a message came since libvirt was asked for all states: the answer may be older. */
  readonly #newer = new Set<string>();

  /** @param known what an earlier watch knew */
  constructor(known: readonly KnownGuest[] = []) {
    this.#guests = new Map(known.map((guest) => [guest.domain.uuid, guest]));
  }

  get guests(): ReadonlyMap<string, KnownGuest> {
    return this.#guests;
  }

  /**
   * Records a message's contents.
   *
   * @returns `double` when it only repeats an earlier one: a guest that panicked and is then taken down has
   * crashed once; `no news` for what is part of a start: libvirt starts every guest paused, and resumes it,
   * and a guest that could not be started has not crashed
   */
  learn({ domain, lifecycle, operation, fields }: GuestNews): "news" | "double" | "no news" {
    const before = this.#guests.get(domain.uuid)?.doing;
    this.#newer.add(domain.uuid);
    if (operation === "rebooted" && before === "crashed") {
      this.#guests.set(domain.uuid, { domain, doing: "runs" });
    }
    if (lifecycle === undefined) return "news";
    // A guest that panics is paused by QEMU too, before or after it reports that.
    const doing = lifecycle === SUSPENDED && before === "crashed" ? before : AFTER[lifecycle];
    if (doing !== undefined) this.#guests.set(domain.uuid, { domain, doing });
    if (lifecycle === RESUMED && fields.reason === "unpaused" && (before ?? "runs") === "runs") {
      return "no news";
    }
    // A comparison may have reported it before its message came.
    if (lifecycle === CRASHED && before === "crashed") return "double";
    if (lifecycle !== STOPPED) return "news";
    this.#guests.delete(domain.uuid);
    if (operation !== "crashed") return "news";
    return before === undefined ? "no news" : before === "crashed" ? "double" : "news";
  }

  /** libvirt is being asked for all states, for `compare`. */
  ask(): void {
    this.#newer.clear();
  }

  /**
   * Adopts the state that libvirt reports now, and returns what happened since the last message.
   *
   * @param asked by UUID, of all guests that run and of all that are known here; undefined for one that libvirt does
   * not know any more
   * @param crashesOnly only panics count; all else is left to the messages that are on their way
   */
  compare(
    asked: ReadonlyMap<string, { domain: RemoteDomain; now: AskedState | undefined }>,
    crashesOnly = false,
  ): MissedEvent[] {
    const missed: MissedEvent[] = [];
    for (const [uuid, { domain, now }] of asked) {
      if (this.#newer.has(uuid)) continue;
      const known = this.#guests.get(uuid);
      const doing = now === undefined ? undefined : doingOf(now);
      if (crashesOnly && doing !== "crashed") continue;
      if (doing === undefined) this.#guests.delete(uuid);
      else this.#guests.set(uuid, { domain, doing });
      if (known === undefined) continue;
      // Another id is another run of the guest: why the previous run ended is unknown.
      const isSame = doing === undefined || known.domain.id === domain.id;
      const event = isSame ? between(known.doing, now) : undefined;
      if (event !== undefined) missed.push({ domain: doing === undefined ? known.domain : domain, ...event });
    }
    return missed;
  }
}

/** The event that leads from a guest's last known state to the one that libvirt reports now. */
function between(before: Doing, now: AskedState | undefined): Omit<MissedEvent, "domain"> | undefined {
  if (now === undefined) return gone(before, "vanished");
  if (now.state === SHUT_OFF) return MEANT_TO_STOP.has(now.reason) ? undefined : gone(before, "failed");
  const doing = doingOf(now);
  if (doing === undefined || doing === before) return undefined;
  switch (doing) {
    case "crashed":
      return { operation: "crashed", fields: { reason: "panicked" } };
    case "paused":
      return { operation: "paused", fields: { reason: PAUSED[now.reason] ?? `${now.reason}` } };
    case "sleeps":
      return { operation: "pm-suspended", fields: { to: "memory" } };
    case "runs":
      if (before === "paused") return { operation: "resumed", fields: { reason: "unpaused" } };
      return before === "sleeps" ? { operation: "pm-woken", fields: {} } : undefined;
  }
}

function doingOf({ state, reason }: AskedState): Doing | undefined {
  const doing = STATES[state];
  return doing === "paused" && reason === PAUSED_CRASHED ? "crashed" : doing;
}

function gone(before: Doing, reason: string): Omit<MissedEvent, "domain"> | undefined {
  return before === "crashed" ? undefined : { operation: "crashed", fields: { reason } };
}
