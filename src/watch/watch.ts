import { addressOf } from "./addresses.ts";
import { DriverLink } from "./driver_link.ts";
import {
  EventQueue,
  type QueuedEvent,
  type QueueLimits,
  type Uncounted,
  type WatchedEvent,
} from "./event_queue.ts";
import type { KnownGuest } from "./guest_states.ts";
import { Interest } from "./interest.ts";
import { readGuests, writeGuests } from "./kept_guests.ts";
import { serviceManager } from "./notify.ts";
import { withRecordedEnd } from "./recorded_end.ts";
import { startHandlers } from "./start_handlers.ts";
import { Deadline } from "../base/deadline.ts";
import { formatIssue } from "../base/issue.ts";
import type { Directories } from "../site/directories.ts";
import { readSite } from "../site/read_site.ts";
import { appendRecord, makeRecord } from "../records/write_record.ts";
import { EVENT } from "../protocol/operations.ts";
import { emptyDomain } from "../protocol/empty_domain.ts";
import { ChangeNotice } from "../system/change_notice.ts";
import { collectGarbage, giveBackFilePages, residentKiB } from "../system/give_back_memory.ts";
import { Loop } from "../system/loop.ts";
import { SystemError } from "../system/system_error.ts";

/** Limits on a host's events: each waiting event takes some KiB of memory, and each running one a process. */
const LIMITS: QueueLimits = { running: 8, perGuest: 32, all: 1024, foldMs: 1000 };
/** A process keeps its own deadline; this long after that it is killed, in milliseconds. */
const GRACE_MS = 5000;
/** How often hookvisor checks that the daemons are alive, unless the service manager expects signs of life more often. */
const ALIVE_MS = 60_000;
/** Connections are made by then, in milliseconds. */
const SETTLED_MS = 2000;
/** Memory above this is freed when nothing happens. */
const MOST_IDLE_KIB = 50_000;
/** The longest iteration of the loop when nothing happens: the kernel requires a number. */
const FOR_EVER_MS = 1e12;

/** What `watch` gets. */
export interface WatchOptions {
  directories: Directories;
  /** The directory of the sockets of libvirt's daemons. */
  sockets: string;
  /** A directory that only this user may use, for the state that one watch leaves to the next. */
  state: string;
  isRoot: boolean;
  uid: number;
  /** Writes one line to the log. */
  say(line: string): void;
}

/** Runs handlers for the events of guests; ends only with its process. */
export async function watch(options: WatchOptions): Promise<never> {
  const watcher = new Watcher(options);
  for (;;) {
    await watcher.readHandlers();
    watcher.turn();
    watcher.keepGuests();
  }
}

class Watcher {
  readonly #options: WatchOptions;
  readonly #loop = new Loop();
  readonly #queue = new EventQueue(LIMITS);
  readonly #links = new Map<string, DriverLink>();
  readonly #manager = serviceManager();
  /** By driver, the guests that an earlier watch knew. */
  readonly #kept: Map<string, KnownGuest[]>;
  #written = "";
  #interest: Interest | undefined;
  #isChanged = true;
  #log: { maxSizeBytes: number; keep: number } | undefined;
  #settling = false;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#kept = readGuests(options.state);
    const { config } = options.directories;
    // Before the first reading, so that no change between the two is missed.
    new ChangeNotice(this.#loop, [config, `${config}/handlers`], () => this.#isChanged = true);
    this.#stayAlive();
    this.#loop.after(SETTLED_MS, () => this.#giveBackMemory());
  }

  /** Waits for the next event and handles it. */
  turn(): void {
    this.#loop.turn(Deadline.in(FOR_EVER_MS));
  }

  /**
   * Saves the known state before a handler runs for a new event, so that no event is repeated after this
   * process ends.
   */
  keepGuests(): void {
    const guests = Object.fromEntries([...this.#links].map(([driver, { guests }]) => [driver, guests]));
    const text = JSON.stringify(guests);
    if (text === this.#written) return;
    this.#written = text;
    try {
      writeGuests(this.#options.state, guests);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      this.#options.say(`the states of guests were not saved: ${error.message}`);
    }
  }

  /** Reads the handlers when they have changed, and requests their events from libvirt. */
  async readHandlers(): Promise<void> {
    if (!this.#isChanged) return;
    this.#isChanged = false;
    const { directories, uid, sockets, isRoot, say } = this.#options;
    const { config, handlers } = await readSite(directories, uid);
    if (handlers.problem !== undefined) say(formatIssue(handlers.problem.issue));
    const isFirst = this.#interest === undefined;
    this.#interest = new Interest(handlers.handlers, config.config);
    this.#log = config.config.log;
    const { numbers } = this.#interest;
    for (const [driver, link] of this.#links) {
      if (numbers.has(driver)) continue;
      link.end();
      this.#links.delete(driver);
      this.#kept.delete(driver);
    }
    for (const [driver, wanted] of numbers) {
      const link = this.#links.get(driver);
      if (link !== undefined) link.want(wanted);
      else this.#connect(driver, wanted, sockets, isRoot);
    }
    const status = numbers.size === 0
      ? "no handler names an event"
      : `handlers name events of ${[...numbers.keys()].join(", ")}`;
    if (isFirst) say(status);
    this.#manager.tell(...(isFirst ? ["READY=1"] : []), `STATUS=${status}`);
  }

  #connect(driver: string, numbers: ReadonlySet<number>, sockets: string, isRoot: boolean): void {
    const { say } = this.#options;
    const address = addressOf(driver, sockets, isRoot);
    if (address === undefined) return;
    const known = this.#kept.get(driver) ?? [];
    const link = new DriverLink(address, numbers, known, this.#loop, {
      news: (driver, news, isDouble) => this.#happened({ ...news, driver }, isDouble),
      missed: (driver, missed) => {
        const event = withRecordedEnd(this.#options.directories.log, driver, missed);
        if (event !== undefined) this.#happened({ ...event, driver, missed: true }, false);
      },
      said: say,
    });
    this.#links.set(driver, link);
  }

  #happened({ driver, operation, domain, fields, missed }: WatchedEvent, isDouble: boolean): void {
    const event: WatchedEvent = { driver, operation, domain, fields, ...(missed && { missed }) };
    if (this.#interest?.includes(event) !== true) return;
    if (isDouble) this.#queue.fold(event);
    else this.#queue.add(event, performance.now());
    this.#settleLater();
    this.#startNext();
  }

  #startNext(): void {
    for (let event = this.#queue.take(); event !== undefined; event = this.#queue.take()) {
      const taken = event;
      const start = (xml: string | undefined) =>
        this.#start(taken, xml ?? emptyDomain(taken.driver, taken.domain));
      const link = this.#links.get(taken.driver);
      if (link === undefined) start(undefined);
      else link.xml(taken.domain, start);
    }
  }

  #start(event: QueuedEvent, xml: string): void {
    const { directories, say } = this.#options;
    const what = `${event.driver}/${event.operation} of ${event.domain.name}`;
    const ended = () => {
      this.#queue.done(event);
      this.#startNext();
    };
    const limitMs = (this.#interest?.timeoutMs(event) ?? 0) + GRACE_MS;
    try {
      startHandlers(event, xml, directories, this.#loop, limitMs, (ending) => {
        if (ending === undefined) say(`${what}: its process did not end and was abandoned`);
        else if (ending.signal !== undefined) {
          say(`${what}: its process was killed by signal ${ending.signal}`);
        }
        ended();
      });
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      say(`${what}: its handlers could not be started: ${error.message}`);
      // Not here: the caller may be the loop that took the event.
      this.#loop.after(LIMITS.foldMs, ended);
    }
  }

  /** Reports from time to time what was folded and dropped, if anything. */
  #settleLater(): void {
    if (this.#settling) return;
    this.#settling = true;
    this.#loop.after(LIMITS.foldMs, () => {
      this.#settling = false;
      for (const uncounted of this.#queue.settle(performance.now())) this.#record(uncounted);
      if (this.#queue.isSettled) this.#giveBackMemory();
      else this.#settleLater();
    });
  }

  /** Only after a start or a storm, not for each event. */
  #giveBackMemory(): void {
    if (residentKiB() <= MOST_IDLE_KIB) return;
    collectGarbage();
    giveBackFilePages();
  }

  #record({ driver, operation, domain, folded, dropped }: Uncounted): void {
    const notes = [
      ...(folded > 0 ? [`${folded} duplicates, for which no handler ran`] : []),
      ...(dropped > 0 ? [`${dropped} dropped: too many were waiting`] : []),
    ];
    const event = { driver, object: domain.name, operation, calledOperation: operation, extra: "-" };
    const record = makeRecord({ ...event, subOperation: EVENT }, {
      verdict: "success",
      exitCode: 0,
      handlers: [],
      notes,
      event: { ...(folded > 0 && { folded }), ...(dropped > 0 && { dropped }) },
    }, performance.now());
    appendRecord(this.#options.directories.log, record, this.#log);
  }

  /** Sends a sign of life, and checks that the daemons are alive. */
  #stayAlive(): void {
    const { watchdogMs } = this.#manager;
    this.#loop.after(Math.min(ALIVE_MS, (watchdogMs ?? Infinity) / 2), () => {
      this.#manager.tell("WATCHDOG=1");
      for (const link of this.#links.values()) link.ping();
      this.#stayAlive();
    });
  }
}
