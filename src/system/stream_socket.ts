import { close, cString } from "./descriptor.ts";
import { libc } from "./libc.ts";
import { check, SystemError } from "./system_error.ts";

// sys/socket.h, sys/un.h
const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const PATH_SIZE = 108;
const ENAMETOOLONG = 36;

/**
 * A connection to a Unix socket whose reads and writes never wait. The caller closes it.
 *
 * @throws {SystemError} `ENOENT` or `ECONNREFUSED` where no process listens, `EAGAIN` where too many already
 * wait
 */
export function connectStream(path: string): number {
  const name = cString(path);
  if (name.length > PATH_SIZE) throw new SystemError(ENAMETOOLONG, path);
  const address = new Uint8Array(new ArrayBuffer(2 + name.length));
  new DataView(address.buffer).setUint16(0, AF_UNIX, true);
  address.set(name, 2);
  const fd = check(libc().socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
  try {
    check(libc().connect(fd, address, address.length), path);
    return fd;
  } catch (error) {
    close(fd);
    throw error;
  }
}
