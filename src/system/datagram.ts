import { close, cString, writeSome } from "./descriptor.ts";
import { libc } from "./libc.ts";
import { check, SystemError } from "./system_error.ts";

// sys/socket.h, sys/un.h
const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const PATH_SIZE = 108;

/**
 * Sends datagrams to a Unix socket, in order, and never waits: one that the
 * other side does not take now is dropped, and so are those after it.
 *
 * @returns how many were taken; 0 too when there is no such socket
 */
export function sendDatagrams(path: string, datagrams: readonly Uint8Array<ArrayBuffer>[]): number {
  const name = cString(path);
  if (name.length > PATH_SIZE) return 0;
  const address = new Uint8Array(new ArrayBuffer(2 + PATH_SIZE));
  new DataView(address.buffer).setUint16(0, AF_UNIX, true);
  address.set(name, 2);
  let sent = 0;
  let fd: number | undefined;
  try {
    fd = check(libc().socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
    check(libc().connect(fd, address, 2 + name.length), path);
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
