import { type XdrReader, XdrWriter } from "./xdr.ts";

/** A domain as libvirt's messages identify it. */
export interface RemoteDomain {
  name: string;
  /** With hyphens, in lower case. */
  uuid: string;
  /** -1 while it does not run. */
  id: number;
}

/** libvirt's answer to a failed call: `virErrorNumber` and its text. */
export interface RemoteError {
  code: number;
  message: string;
}

/** A call's arguments, and how its reply is read. */
export interface RemoteCall<T> {
  procedure: number;
  args: Uint8Array;
  read(reader: XdrReader): T;
}

/** The `virErrorNumber`s that matter here. */
export const NO_DOMAIN = 42;
/** `remote_auth_type` */
export const AUTH_NONE = 0;
export const AUTH_POLKIT = 2;

const READ_ONLY = 1;
const ACTIVE = 1;

const nothing = () => undefined;

/** The calls that watching needs. Numbers and shapes are those of libvirt's src/remote/remote_protocol.x, which only ever adds to them. */
export const calls = {
  authList: (): RemoteCall<number[]> => ({
    procedure: 66,
    args: new Uint8Array(),
    read: (reader) => reader.list((r) => r.int()),
  }),
  authPolkit: (): RemoteCall<number> => ({
    procedure: 70,
    args: new Uint8Array(),
    read: (reader) => reader.int(),
  }),
  /** Opens a driver in the daemon, read-only: `qemu:///system`. */
  open: (uri: string): RemoteCall<void> => ({
    procedure: 1,
    args: new XdrWriter().optionalString(uri).int(READ_ONLY).bytes,
    read: nothing,
  }),
  /** libvirt's version, as 9000000 for 9.0.0. */
  libraryVersion: (): RemoteCall<number> => ({
    procedure: 157,
    args: new Uint8Array(),
    read: (reader) => reader.unsignedHyper(),
  }),
  /** Requests the events of one `virDomainEventID`, of all domains. */
  register: (event: number): RemoteCall<number> => ({
    procedure: 316,
    args: new XdrWriter().int(event).int(0).bytes,
    read: (reader) => reader.int(),
  }),
  deregister: (callback: number): RemoteCall<void> => ({
    procedure: 317,
    args: new XdrWriter().int(callback).bytes,
    read: nothing,
  }),
  activeDomains: (): RemoteCall<RemoteDomain[]> => ({
    procedure: 273,
    args: new XdrWriter().int(1).int(ACTIVE).bytes,
    read: (reader) => reader.list(readDomain),
  }),
  /** `virDomainState` and the reason for it. */
  state: (domain: RemoteDomain): RemoteCall<{ state: number; reason: number }> => ({
    procedure: 212,
    args: domainArgs(domain).int(0).bytes,
    read: (reader) => ({ state: reader.int(), reason: reader.int() }),
  }),
  xml: (domain: RemoteDomain): RemoteCall<string> => ({
    procedure: 14,
    args: domainArgs(domain).int(0).bytes,
    read: (reader) => reader.string(),
  }),
  isPersistent: (domain: RemoteDomain): RemoteCall<boolean> => ({
    procedure: 151,
    args: domainArgs(domain).bytes,
    read: (reader) => reader.int() !== 0,
  }),
};

/** `remote_nonnull_domain` */
export function readDomain(reader: XdrReader): RemoteDomain {
  const name = reader.string();
  const hex = reader.opaque(16).toHex();
  const uuid = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return { name, uuid: uuid.join("-"), id: reader.int() };
}

/** The part of `remote_error` that is used. */
export function readError(reader: XdrReader): RemoteError {
  const code = reader.int();
  reader.int();
  return { code, message: reader.optionalString() ?? `error ${code}` };
}

function domainArgs({ name, uuid, id }: RemoteDomain): XdrWriter {
  return new XdrWriter().string(name).opaque(Uint8Array.fromHex(uuid.replaceAll("-", ""))).int(id);
}
