/**
 * A daemon that speaks as much of libvirt's protocol as `hookvisor watch` asks for. It is made for these tests: what a
 * real libvirt says is in test/e2e/checks/watch.ts. With it there are storms, silence and nonsense at will.
 */
import {
  CALL,
  KEEPALIVE,
  MESSAGE,
  messageBytes,
  MessageReader,
  OK,
  REMOTE,
  REPLY,
} from "../../src/protocol/rpc/message.ts";
import { XdrReader, XdrWriter } from "../../src/protocol/rpc/xdr.ts";

/** A guest of the daemon's, with what `virDomainGetState` gives. */
export interface MadeGuest {
  name: string;
  state: number;
  reason: number;
}

// remote_protocol.x
const AUTH_LIST = 66;
const XML = 14;
const LIB_VERSION = 157;
const REGISTER = 316;
const ACTIVE_DOMAINS = 273;
const STATE = 212;
const IS_PERSISTENT = 151;
const LIFECYCLE = 318;
const REBOOT = 319;
const NO_DOMAIN = 42;
const SHUT_OFF = 5;
const PONG = 2;
const FAILED = 1;

export class MadeDaemon implements Disposable {
  readonly #listener: Deno.Listener;
  readonly #clients = new Set<Deno.Conn>();
  /** What was asked for, by the `virDomainEventID`s. */
  readonly registered: number[] = [];
  /** Connections there have been. */
  connections = 0;
  /** It takes connections and says nothing. */
  isSilent = false;
  readonly guests: MadeGuest[] = [];

  /** @param path the socket */
  constructor(path: string) {
    this.#listener = Deno.listen({ transport: "unix", path });
    void this.#accept();
  }

  /** Tells all clients a lifecycle event. */
  lifecycle(name: string, event: number, detail: number): Promise<void> {
    return this.send(lifecycle(name, event, detail));
  }

  reboot(name: string): Promise<void> {
    return this.send(message(REBOOT, domain(new XdrWriter().int(0), name)));
  }

  /** Writes bytes to all clients. */
  async send(bytes: Uint8Array): Promise<void> {
    for (const client of this.#clients) await writeAll(client, bytes);
  }

  /** Closes every connection, as a daemon that is killed. */
  drop(): void {
    for (const client of this.#clients) client.close();
    this.#clients.clear();
  }

  [Symbol.dispose](): void {
    this.drop();
    this.#listener.close();
  }

  async #accept(): Promise<void> {
    try {
      for await (const client of this.#listener) {
        this.connections++;
        this.#clients.add(client);
        this.#serve(client).catch(() => this.#clients.delete(client));
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  async #serve(client: Deno.Conn): Promise<void> {
    const reader = new MessageReader();
    const buffer = new Uint8Array(65_536);
    for (let size = await client.read(buffer); size !== null; size = await client.read(buffer)) {
      if (this.isSilent) continue;
      for (const { program, procedure, type, serial, payload } of reader.push(buffer.subarray(0, size))) {
        if (program === KEEPALIVE) {
          await writeAll(
            client,
            messageBytes({
              program,
              procedure: PONG,
              type: MESSAGE,
              serial: 0,
              status: OK,
              payload: new Uint8Array(),
            }),
          );
        } else if (type === CALL) {
          const answer = this.#answer(procedure, new XdrReader(payload));
          const status = answer === undefined ? FAILED : OK;
          const bytes = answer?.bytes ?? noDomain();
          await writeAll(
            client,
            messageBytes({ program: REMOTE, procedure, type: REPLY, serial, status, payload: bytes }),
          );
        }
      }
    }
    this.#clients.delete(client);
  }

  #answer(procedure: number, args: XdrReader): XdrWriter | undefined {
    switch (procedure) {
      case AUTH_LIST:
        return new XdrWriter().int(1).int(0);
      case LIB_VERSION:
        return new XdrWriter().int(0).int(9_000_000);
      case REGISTER:
        return new XdrWriter().int(this.registered.push(args.int()) - 1);
      case ACTIVE_DOMAINS: {
        const active = this.guests.filter(({ state }) => state !== SHUT_OFF);
        const list = new XdrWriter().int(active.length);
        for (const { name } of active) domain(list, name);
        return list.int(active.length);
      }
      case STATE: {
        const guest = this.#guest(args.string());
        return guest && new XdrWriter().int(guest.state).int(guest.reason);
      }
      case XML: {
        const name = args.string();
        return new XdrWriter().string(
          `<domain type='kvm'><name>${name}</name><uuid>${uuid(name)}</uuid><memory>1024</memory></domain>`,
        );
      }
      case IS_PERSISTENT:
        return new XdrWriter().int(1);
      default:
        return new XdrWriter();
    }
  }

  #guest(name: string): MadeGuest | undefined {
    return this.guests.find((guest) => guest.name === name);
  }
}

/** The bytes of a lifecycle event. */
export function lifecycle(name: string, event: number, detail: number): Uint8Array<ArrayBuffer> {
  return message(LIFECYCLE, domain(new XdrWriter().int(0), name).int(event).int(detail));
}

function message(procedure: number, payload: XdrWriter): Uint8Array<ArrayBuffer> {
  return messageBytes({
    program: REMOTE,
    procedure,
    type: MESSAGE,
    serial: 0,
    status: OK,
    payload: payload.bytes,
  });
}

function domain(writer: XdrWriter, name: string): XdrWriter {
  return writer.string(name).opaque(Uint8Array.fromHex(uuid(name).replaceAll("-", ""))).int(1);
}

/** A UUID that the name gives. */
function uuid(name: string): string {
  const hex = new TextEncoder().encode(name).toHex().padEnd(32, "0").slice(0, 32);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** `remote_error`: domain not found. */
function noDomain(): Uint8Array<ArrayBuffer> {
  const error = new XdrWriter().int(NO_DOMAIN).int(10).optionalString("Domain not found").int(2);
  return error.int(0).int(0).int(0).int(0).int(0).int(0).int(0).bytes;
}

/** What is being written to each client: two messages must not be mixed. */
const WRITING = new WeakMap<Deno.Conn, Promise<void>>();

function writeAll(client: Deno.Conn, bytes: Uint8Array): Promise<void> {
  const write = async () => {
    for (let at = 0; at < bytes.length;) at += await client.write(bytes.subarray(at));
  };
  const writing = (WRITING.get(client) ?? Promise.resolve()).then(write);
  WRITING.set(client, writing);
  return writing;
}
