import { concat, XdrError, XdrReader, XdrWriter } from "./xdr.ts";

/** Programs of libvirt's RPC (`REMOTE_PROGRAM` in remote_protocol.x, `KEEPALIVE_PROGRAM` in virkeepaliveprotocol.x). */
export const REMOTE = 0x20008086;
export const KEEPALIVE = 0x6b656570;
/** Both have always had this version. */
const VERSION = 1;
/** `virNetMessageType`, `virNetMessageStatus` */
export const CALL = 0;
export const REPLY = 1;
export const MESSAGE = 2;
export const OK = 0;
export const FAILED = 1;

const LENGTH_SIZE = 4;
const HEADER_SIZE = 24;
/** `VIR_NET_MESSAGE_MAX`: libvirt also refuses larger ones; in bytes. */
const LARGEST = 32 * 1024 * 1024;

/** One message of libvirt's RPC. src/rpc/virnetprotocol.x defines the wire format. */
export interface Message {
  program: number;
  procedure: number;
  type: number;
  /** The serial of the call that a reply answers; 0 for an event. */
  serial: number;
  status: number;
  payload: Uint8Array;
}

/** The bytes of a message as they go over the socket. */
export function messageBytes(
  { program, procedure, type, serial, status, payload }: Message,
): Uint8Array<ArrayBuffer> {
  const header = new XdrWriter().int(LENGTH_SIZE + HEADER_SIZE + payload.length)
    .int(program).int(VERSION).int(procedure).int(type).int(serial).int(status);
  return concat([header.bytes, payload]);
}

/** Splits the bytes of a socket into messages. */
export class MessageReader {
  /** The beginning of a message that is not complete yet. */
  #parts: Uint8Array[] = [];
  #size = 0;
  /** How many bytes are needed before any message is complete. */
  #wanted = LENGTH_SIZE;

  /**
   * The messages that these bytes complete, in order. The bytes may be reused afterwards.
   *
   * @throws {XdrError} when it is not libvirt's protocol: the rest is then meaningless
   */
  push(bytes: Uint8Array): Message[] {
    this.#parts.push(bytes.slice());
    this.#size += bytes.length;
    if (this.#size < this.#wanted) return [];
    const whole = concat(this.#parts);
    const messages: Message[] = [];
    let at = 0;
    this.#wanted = LENGTH_SIZE;
    while (whole.length - at >= LENGTH_SIZE) {
      const length = lengthOf(whole.subarray(at));
      if (whole.length - at < length) {
        this.#wanted = length;
        break;
      }
      messages.push(messageOf(whole.subarray(at + LENGTH_SIZE, at + length)));
      at += length;
    }
    const rest = whole.slice(at);
    this.#parts = rest.length === 0 ? [] : [rest];
    this.#size = rest.length;
    return messages;
  }
}

function lengthOf(bytes: Uint8Array): number {
  const length = new XdrReader(bytes).unsigned();
  if (length < LENGTH_SIZE + HEADER_SIZE || length > LENGTH_SIZE + LARGEST) {
    throw new XdrError(`a message of ${length} bytes is none of libvirt's`);
  }
  return length;
}

function messageOf(bytes: Uint8Array): Message {
  const reader = new XdrReader(bytes);
  const program = reader.unsigned();
  const version = reader.unsigned();
  if (version !== VERSION) throw new XdrError(`version ${version} of program ${program} is not known`);
  return {
    program,
    procedure: reader.int(),
    type: reader.int(),
    serial: reader.unsigned(),
    status: reader.int(),
    payload: bytes.subarray(HEADER_SIZE),
  };
}
