import { readError, type RemoteCall, type RemoteError } from "../protocol/rpc/calls.ts";
import {
  CALL,
  FAILED,
  KEEPALIVE,
  MESSAGE,
  type Message,
  messageBytes,
  MessageReader,
  OK,
  REMOTE,
  REPLY,
} from "../protocol/rpc/message.ts";
import { concat, XdrError, XdrReader } from "../protocol/rpc/xdr.ts";
import { close, readSome, writeSome } from "../system/descriptor.ts";
import type { Loop, Wait } from "../system/loop.ts";
import { SystemError } from "../system/system_error.ts";

/** How long this waits for a daemon's answer, in milliseconds: a stopped or hanging daemon gives none. */
const ANSWER_MS = 15_000;
const BUFFER_SIZE = 65_536;
/** virkeepaliveprotocol.x */
const PING = 1;
const PONG = 2;

/** The result of a call. */
export type Result<T> = { value: T; error?: undefined } | { error: RemoteError; value?: undefined };

/** The listener of a connection. */
export interface Listener {
  /** A message without a request: an event. */
  message(procedure: number, reader: XdrReader): void;
  /** The connection is closed, and why. Called once, and nothing after it. */
  closed(why: string): void;
}

interface Pending {
  read(message: Message): void;
  wait: Wait;
}

/** A client of libvirt's RPC on a connected socket. It never blocks: the loop calls back with the answers. */
export class Connection {
  readonly #loop: Loop;
  readonly #fd: number;
  readonly #listener: Listener;
  readonly #reader = new MessageReader();
  readonly #buffer = new Uint8Array(new ArrayBuffer(BUFFER_SIZE));
  readonly #pending = new Map<number, Pending>();
  #unsent: Uint8Array<ArrayBuffer> = new Uint8Array();
  #writing: Wait | undefined;
  #serial = 0;
  #isOpen = true;
  #ping: Wait | undefined;

  /** Owns `fd` from now on. */
  constructor(loop: Loop, fd: number, listener: Listener) {
    this.#loop = loop;
    this.#fd = fd;
    this.#listener = listener;
    loop.whenReadable(fd, () => this.#guarded(() => this.#receive()));
  }

  /** Calls the daemon; `done` is not called after the connection is closed. */
  call<T>({ procedure, args, read }: RemoteCall<T>, done: (result: Result<T>) => void): void {
    if (!this.#isOpen) return;
    const serial = ++this.#serial;
    const wait = this.#loop.after(
      ANSWER_MS,
      () => this.close(`no answer to call ${procedure} for ${ANSWER_MS / 1000} s`),
    );
    const answer = ({ status, payload }: Message) => {
      const reader = new XdrReader(payload);
      done(status === FAILED ? { error: readError(reader) } : { value: read(reader) });
    };
    this.#pending.set(serial, { read: answer, wait });
    this.#send({ program: REMOTE, procedure, type: CALL, serial, status: OK, payload: args });
  }

  /** Asks whether the daemon is alive; closes the connection if it does not answer. */
  ping(): void {
    if (!this.#isOpen || this.#ping !== undefined) return;
    this.#ping = this.#loop.after(ANSWER_MS, () => this.close(`no sign of life for ${ANSWER_MS / 1000} s`));
    this.#keepalive(PING);
  }

  close(why: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const { wait } of this.#pending.values()) wait.cancel();
    this.#ping?.cancel();
    this.#pending.clear();
    this.#loop.forget(this.#fd);
    close(this.#fd);
    this.#listener.closed(why);
  }

  #receive(): void {
    // Not until nothing is left: in a storm the other connections must be served too.
    const size = readSome(this.#fd, this.#buffer);
    if (size === undefined) return;
    if (size === 0) return this.close("the daemon closed the connection");
    for (const message of this.#reader.push(this.#buffer.subarray(0, size))) {
      if (!this.#isOpen) return;
      this.#take(message);
    }
  }

  #take(message: Message): void {
    if (message.program === KEEPALIVE) {
      if (message.procedure === PING) this.#keepalive(PONG);
      this.#ping?.cancel();
      this.#ping = undefined;
    } else if (message.program === REMOTE && message.type === REPLY) {
      const pending = this.#pending.get(message.serial);
      this.#pending.delete(message.serial);
      pending?.wait.cancel();
      pending?.read(message);
    } else if (message.program === REMOTE && message.type === MESSAGE) {
      this.#listener.message(message.procedure, new XdrReader(message.payload));
    }
  }

  #keepalive(procedure: number): void {
    const payload = new Uint8Array();
    this.#send({ program: KEEPALIVE, procedure, type: MESSAGE, serial: 0, status: OK, payload });
  }

  #send(message: Message): void {
    this.#unsent = concat([this.#unsent, messageBytes(message)]);
    this.#guarded(() => this.#write());
  }

  #write(): void {
    while (this.#unsent.length > 0) {
      const size = writeSome(this.#fd, this.#unsent);
      if (size === undefined) {
        this.#writing ??= this.#loop.whenWritable(this.#fd, () => this.#guarded(() => this.#write()));
        return;
      }
      this.#unsent = concat([this.#unsent.subarray(size)]);
    }
    this.#writing?.cancel();
    this.#writing = undefined;
  }

  /** An error of the socket, or bytes that are not a libvirt message, end the connection and nothing else. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof SystemError || error instanceof XdrError)) throw error;
      this.close(error.message);
    }
  }
}
