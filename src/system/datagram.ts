import { close, cString, writeSome } from "./descriptor.ts";
import { libc } from "./libc.ts";
import { check, SystemError } from "./system_error.ts";

// sys/socket.h, sys/un.h
const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const PATH_SIZE = 108;
const ENAMETOOLONG = 36;

/**
 * Sends datagrams to a Unix socket, in order, without waiting: if the other
 * side cannot take one now, it and those after it are dropped.
 *
 * @returns how many were taken; also 0 if the socket does not exist
 */
export function sendDatagrams(path: string, datagrams: readonly Uint8Array<ArrayBuffer>[]): number {
  const address = addressOf(path);
  if (address === undefined) return 0;
  let sent = 0;
  let fd: number | undefined;
  try {
    fd = openSocket();
    check(libc().connect(fd, address, address.length), path);
    for (const datagram of datagrams) {
      if (writeSome(fd, datagram) === undefined) break;
      sent++;
    }
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
  } finally {
    if (fd !== undefined) close(fd);
  }
  return sent;
}

/**
 * A Unix socket that accepts as many datagrams as fit, and that no process reads. The caller closes it.
 *
 * @throws {SystemError}
 */
export function bindDatagramSocket(path: string): number {
  const address = addressOf(path);
  if (address === undefined) throw new SystemError(ENAMETOOLONG, path);
  const fd = openSocket();
  try {
    check(libc().bind(fd, address, address.length), path);
    return fd;
  } catch (error) {
    close(fd);
    throw error;
  }
}

function openSocket(): number {
  return check(libc().socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
}

/**
 * `struct sockaddr_un`; undefined if the path is too long. A name that begins with `@` is Linux's abstract
 * one (unix(7)).
 */
function addressOf(path: string): Uint8Array<ArrayBuffer> | undefined {
  const name = path.startsWith("@") ? new TextEncoder().encode(path) : cString(path);
  if (name.length > PATH_SIZE) return undefined;
  if (path.startsWith("@")) name[0] = 0;
  const address = new Uint8Array(new ArrayBuffer(2 + name.length));
  new DataView(address.buffer).setUint16(0, AF_UNIX, true);
  address.set(name, 2);
  return address;
}
