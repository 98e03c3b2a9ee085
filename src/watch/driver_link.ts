import { Connection, type Result } from "./connection.ts";
import { type AskedState, GuestStates, type KnownGuest, type MissedEvent } from "./guest_states.ts";
import {
  AUTH_NONE,
  AUTH_POLKIT,
  calls,
  NO_DOMAIN,
  type RemoteCall,
  type RemoteDomain,
  type RemoteError,
} from "../protocol/rpc/calls.ts";
import { type GuestNews, readEvent, STARTED, STOPPED } from "../protocol/rpc/events.ts";
import type { XdrReader } from "../protocol/rpc/xdr.ts";
import type { Loop, Wait } from "../system/loop.ts";
import { connectStream } from "../system/stream_socket.ts";
import { SystemError } from "../system/system_error.ts";

/** Between attempts to connect: at first, and at most, in milliseconds. It doubles each time. */
const FIRST_PAUSE_MS = 50;
const LAST_PAUSE_MS = 10_000;
/** The most where the daemon runs but does not serve the driver. */
const LAST_PAUSE_IF_REFUSED_MS = 10 * 60_000;
/** Until a daemon that has started has taken up its running guests, in milliseconds. */
const TAKEN_UP_MS = 3_000;
/** How long the XML of a transient guest is kept after it has stopped, for events that wait, in milliseconds. */
const KEEP_MS = 120_000;
/** virDomainEventID: always requested, because it shows which guests run. */
const LIFECYCLE = 0;

/** The address of a driver. */
export interface DriverAddress {
  driver: string;
  /** `qemu:///system` */
  uri: string;
  /** Sockets of the daemons that may serve it, the likeliest first. */
  sockets: readonly string[];
}

/** The listener of a link. */
export interface LinkListener {
  /** An event, in libvirt's order; `double` when it only repeats an earlier one. */
  news(driver: string, news: GuestNews & { operation: string }, isDouble: boolean): void;
  missed(driver: string, event: MissedEvent): void;
  /** One line on the connection, for the log. */
  said(line: string): void;
}

/**
 * The connection to one of libvirt's drivers, kept open: when it is lost it reconnects as soon as a daemon
 * runs, and finds what happened to the guests meanwhile by comparing.
 */
export class DriverLink {
  readonly #address: DriverAddress;
  readonly #loop: Loop;
  readonly #listener: LinkListener;
  readonly #states: GuestStates;
  /** XML of guests that are gone from libvirt once they stop, by UUID. */
  readonly #transient = new Map<string, string>();
  #numbers: ReadonlySet<number>;
  readonly #callbacks = new Map<number, number>();
  #connection: Connection | undefined;
  #retry: Wait | undefined;
  #pause = FIRST_PAUSE_MS;
  #lastPause = LAST_PAUSE_MS;
  #lastSaid = "";
  #isReady = false;
  #isEnded = false;

  /**
   * @param numbers the `virDomainEventID`s that handlers match
   * @param known the guests that ran when last known
   */
  constructor(
    address: DriverAddress,
    numbers: ReadonlySet<number>,
    known: readonly KnownGuest[],
    loop: Loop,
    listener: LinkListener,
  ) {
    this.#states = new GuestStates(known);
    this.#address = address;
    this.#numbers = numbers;
    this.#loop = loop;
    this.#listener = listener;
    this.#connect();
  }

  /** The guests that run, as far as known. */
  get guests(): KnownGuest[] {
    return [...this.#states.guests.values()];
  }

  /** Handlers have changed and need other events. */
  want(numbers: ReadonlySet<number>): void {
    this.#numbers = numbers;
    if (!this.#isReady) return;
    for (const number of numbers) if (!this.#callbacks.has(number)) this.#register(number, () => {});
    for (const [number, callback] of this.#callbacks) {
      if (number === LIFECYCLE || numbers.has(number)) continue;
      this.#callbacks.delete(number);
      this.#call(calls.deregister(callback), () => {});
    }
  }

  /** The XML of a domain as it is now, or as last known; undefined where none exists. It always calls back. */
  xml(domain: RemoteDomain, done: (xml: string | undefined) => void): void {
    const kept = this.#transient.get(domain.uuid);
    const connection = this.#connection;
    if (connection === undefined || !this.#isReady) return done(kept);
    let isDone = false;
    const once = (xml: string | undefined) => {
      if (isDone) return;
      isDone = true;
      this.#unanswered.delete(once);
      done(xml ?? kept);
    };
    this.#unanswered.add(once);
    connection.call(calls.xml(domain), ({ value }) => once(value));
  }

  readonly #unanswered = new Set<(xml: undefined) => void>();

  /** Asks whether the daemon still answers. */
  ping(): void {
    this.#connection?.ping();
  }

  /** No handler matches this driver any more. */
  end(): void {
    this.#isEnded = true;
    this.#retry?.cancel();
    this.#connection?.close("no handler needs it");
  }

  #connect(): void {
    let why = "";
    for (const socket of this.#address.sockets) {
      try {
        const fd = connectStream(socket);
        const connection = new Connection(this.#loop, fd, {
          message: (procedure, reader) => this.#message(procedure, reader),
          closed: (why) => this.#closed(`${socket}: ${why}`),
        });
        this.#connection = connection;
        return this.#authenticate();
      } catch (error) {
        if (!(error instanceof SystemError)) throw error;
        // A socket that refuses says more than a missing one.
        if (why === "" || error.code !== "ENOENT") why = error.message;
      }
    }
    this.#closed(why);
  }

  #authenticate(): void {
    this.#call(calls.authList(), (types) => {
      if (types.includes(AUTH_NONE)) return this.#open();
      if (types.includes(AUTH_POLKIT)) return this.#call(calls.authPolkit(), () => this.#open());
      this.#connection?.close(
        "the daemon asks for SASL, which hookvisor does not speak; allow its read-only socket",
      );
    });
  }

  #open(): void {
    this.#connection?.call(calls.open(this.#address.uri), ({ error }) => {
      if (error !== undefined) return this.#refused(error);
      const wanted = [...new Set([LIFECYCLE, ...this.#numbers])];
      let left = wanted.length;
      for (const number of wanted) {
        this.#register(number, () => {
          if (--left === 0) {
            this.#askForGuests(() => this.#ready());
          }
        });
      }
    });
  }

  /** The daemon runs, but does not serve the driver: it logs an error each time, so hookvisor asks less often. */
  #refused({ message }: RemoteError): void {
    this.#lastPause = LAST_PAUSE_IF_REFUSED_MS;
    this.#connection?.close(message);
  }

  #register(number: number, done: () => void): void {
    this.#connection?.call(calls.register(number), ({ value, error }) => {
      // An older libvirt does not have them all.
      if (error === undefined) this.#callbacks.set(number, value);
      else this.#say(`${this.#address.uri}: event ${number} is not available: ${error.message}`);
      done();
    });
  }

  /** All that run now, and all that were last known to run. */
  #askForGuests(done: () => void, crashesOnly = false): void {
    this.#states.ask();
    this.#call(calls.activeDomains(), (active) => {
      const domains = new Map<string, RemoteDomain>();
      for (const [uuid, { domain }] of this.#states.guests) domains.set(uuid, domain);
      for (const domain of active) domains.set(domain.uuid, domain);
      const asked = new Map<string, { domain: RemoteDomain; now: AskedState | undefined }>();
      if (domains.size === 0) return done();
      for (const domain of domains.values()) {
        this.#connection?.call(calls.state(domain), ({ value, error }) => {
          if (error !== undefined && error.code !== NO_DOMAIN) return this.#connection?.close(error.message);
          asked.set(domain.uuid, { domain, now: value });
          if (asked.size < domains.size) return;
          for (const missed of this.#states.compare(asked, crashesOnly)) {
            this.#listener.missed(this.#address.driver, missed);
          }
          for (const domain of active) this.#keepTransient(domain);
          done();
        });
      }
    });
  }

  #ready(): void {
    this.#isReady = true;
    this.#pause = FIRST_PAUSE_MS;
    this.#say(`${this.#address.uri}: connected`);
    // Handlers may have changed meanwhile.
    this.want(this.#numbers);
    const connection = this.#connection;
    // A daemon that has just started answers before it has asked each guest's QEMU, and reports no event of what
    // it finds out then.
    this.#loop.after(TAKEN_UP_MS, () => {
      if (this.#connection === connection && !this.#isEnded) this.#askForGuests(() => {}, true);
    });
  }

  #message(procedure: number, reader: XdrReader): void {
    const news = readEvent(procedure, reader);
    if (news === undefined) return;
    const what = this.#states.learn(news);
    if (news.lifecycle === STARTED) this.#keepTransient(news.domain);
    if (news.lifecycle === STOPPED) this.#forgetLater(news.domain);
    const { operation } = news;
    if (operation === undefined || what === "no news") return;
    this.#listener.news(this.#address.driver, { ...news, operation }, what === "double");
  }

  /** libvirt forgets a transient domain when it stops, and with it the XML that its handlers may need. */
  #keepTransient(domain: RemoteDomain): void {
    this.#connection?.call(calls.isPersistent(domain), ({ value }) => {
      if (value !== false) return;
      this.#connection?.call(calls.xml(domain), ({ value }) => {
        if (value !== undefined && this.#states.guests.has(domain.uuid)) {
          this.#transient.set(domain.uuid, value);
        }
      });
    });
  }

  #forgetLater({ uuid }: RemoteDomain): void {
    if (!this.#transient.has(uuid)) return;
    this.#loop.after(KEEP_MS, () => {
      if (!this.#states.guests.has(uuid)) this.#transient.delete(uuid);
    });
  }

  /** A call whose answer the connection cannot do without. */
  #call<T>(call: RemoteCall<T>, done: (value: T) => void): void {
    this.#connection?.call(call, (result: Result<T>) => {
      if (result.error === undefined) done(result.value);
      else this.#connection?.close(result.error.message);
    });
  }

  #closed(why: string): void {
    this.#connection = undefined;
    this.#isReady = false;
    this.#callbacks.clear();
    for (const once of this.#unanswered) once(undefined);
    if (this.#isEnded) return;
    this.#say(`${this.#address.uri}: not connected: ${why}`);
    this.#retry = this.#loop.after(this.#pause, () => this.#connect());
    this.#pause = Math.min(this.#lastPause, this.#pause * 2);
    this.#lastPause = LAST_PAUSE_MS;
  }

  /** Does not repeat the same message while a daemon is down. */
  #say(line: string): void {
    if (line === this.#lastSaid) return;
    this.#lastSaid = line;
    this.#listener.said(line);
  }
}
