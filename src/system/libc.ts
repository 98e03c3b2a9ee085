/**
 * The few calls of the kernel and the C library that hookvisor needs and Deno does not offer: commands in a
 * session of their own, descriptors that never leak, `poll`, and opening a file without following a link that
 * an attacker may have swapped in.
 *
 * Binding one function by FFI takes 0.1 ms. So most system calls go through
 * one function, the C library's `syscall`. Constants and struct layouts are Linux's (uapi headers).
 * Results are those of the C functions: negative is a failure, see `errno`.
 */

type Bytes = Uint8Array<ArrayBuffer>;

// asm/unistd_64.h; asm-generic/unistd.h for aarch64.
const X86_64 = {
  read: 0,
  write: 1,
  close: 3,
  socket: 41,
  connect: 42,
  bind: 49,
  lseek: 8,
  fcntl: 72,
  kill: 62,
  wait4: 61,
  getdents64: 217,
  openat: 257,
  mkdirat: 258,
  fchownat: 260,
  unlinkat: 263,
  renameat: 264,
  readlinkat: 267,
  fchmodat: 268,
  ppoll: 271,
  getpid: 39,
  getppid: 110,
  getrandom: 318,
  pipe2: 293,
  dup3: 292,
  memfd_create: 319,
  statx: 332,
};
const AARCH64: typeof X86_64 = {
  read: 63,
  write: 64,
  close: 57,
  socket: 198,
  connect: 203,
  bind: 200,
  lseek: 62,
  fcntl: 25,
  kill: 129,
  wait4: 260,
  getdents64: 61,
  openat: 56,
  mkdirat: 34,
  fchownat: 54,
  unlinkat: 35,
  renameat: 38,
  readlinkat: 78,
  fchmodat: 53,
  ppoll: 73,
  getpid: 172,
  getppid: 173,
  getrandom: 278,
  pipe2: 59,
  dup3: 24,
  memfd_create: 279,
  statx: 291,
};
const SYSTEM_CALLS = Deno.build.arch === "aarch64" ? AARCH64 : X86_64;
const PIDFD_OPEN = 434;

const BOUND = {
  __errno_location: { parameters: [], result: "pointer" },
  syscall: { parameters: ["i64", "i64", "i64", "i64", "i64", "i64", "i64"], result: "i64" },
  fchmod: { parameters: ["i32", "u32"], result: "i32" },
  fchown: { parameters: ["i32", "u32", "u32"], result: "i32" },
  posix_spawn: {
    parameters: ["buffer", "buffer", "buffer", "buffer", "buffer", "buffer"],
    result: "i32",
  },
  posix_spawn_file_actions_init: { parameters: ["buffer"], result: "i32" },
  posix_spawn_file_actions_adddup2: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  posix_spawn_file_actions_destroy: { parameters: ["buffer"], result: "i32" },
  posix_spawn_file_actions_addclosefrom_np: {
    parameters: ["buffer", "i32"],
    result: "i32",
    optional: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;

type Bound = Deno.DynamicLibrary<typeof BOUND>["symbols"];

let symbols: Bound | undefined;
/** The place of this thread's errno. */
let failure: Int32Array | undefined;

/** Bound together at the first use of any: binding each at its own first use was no faster (0.98 to 1.02). */
function bound(): Bound {
  if (symbols === undefined) {
    ({ symbols } = Deno.dlopen("libc.so.6", BOUND));
    failure = new Int32Array(Deno.UnsafePointerView.getArrayBuffer(symbols.__errno_location()!, 4));
  }
  return symbols;
}

/**
 * This thread's errno, to be read straight after a failed call. Only memory is read: a call that asks for it could be
 * preceded by the engine's own system calls.
 */
export function errno(): number {
  return failure?.[0] ?? 0;
}

/** The address of a buffer's bytes. It does not change: reading `buffer` moves small arrays off V8's heap. */
export function address({ buffer, byteOffset }: Bytes): number {
  const start = Deno.UnsafePointer.value(Deno.UnsafePointer.of(new Uint8Array(buffer)));
  return Number(start) + byteOffset;
}

function call(number: number, a: number, b = 0, c = 0, d = 0, e = 0): number {
  return Number(bound().syscall(BigInt(number), BigInt(a), BigInt(b), BigInt(c), BigInt(d), BigInt(e), 0n));
}

/** A rarely needed system call, by its number. A buffer is passed as its address. */
export function systemCall(number: number, ...args: (number | Bytes)[]): number {
  const [a = 0, b, c, d, e] = args.map((arg) => typeof arg === "number" ? arg : address(arg));
  return call(number, a, b, c, d, e);
}

const calls = {
  read: (fd: number, into: Bytes, size: number) => call(SYSTEM_CALLS.read, fd, address(into), size),
  write: (fd: number, from: Bytes, size: number) => call(SYSTEM_CALLS.write, fd, address(from), size),
  close: (fd: number) => call(SYSTEM_CALLS.close, fd),
  fcntl: (fd: number, command: number, value: number) => call(SYSTEM_CALLS.fcntl, fd, command, value),
  fcntlLock: (fd: number, command: number, lock: Bytes) =>
    call(SYSTEM_CALLS.fcntl, fd, command, address(lock)),
  socket: (domain: number, type: number, protocol: number) =>
    call(SYSTEM_CALLS.socket, domain, type, protocol),
  connect: (fd: number, to: Bytes, size: number) => call(SYSTEM_CALLS.connect, fd, address(to), size),
  bind: (fd: number, to: Bytes, size: number) => call(SYSTEM_CALLS.bind, fd, address(to), size),
  lseek: (fd: number, offset: number) => call(SYSTEM_CALLS.lseek, fd, offset, 0),
  fchmodat: (dirfd: number, name: Bytes, mode: number) =>
    call(SYSTEM_CALLS.fchmodat, dirfd, address(name), mode),
  fchownat: (dirfd: number, name: Bytes, uid: number, gid: number, flags: number) =>
    call(SYSTEM_CALLS.fchownat, dirfd, address(name), uid, gid, flags),
  memfd_create: (name: Bytes, flags: number) => call(SYSTEM_CALLS.memfd_create, address(name), flags),
  kill: (pid: number, signal: number) => call(SYSTEM_CALLS.kill, pid, signal),
  waitpid: (pid: number, status: Bytes, flags: number) =>
    call(SYSTEM_CALLS.wait4, pid, address(status), flags),
  getdents64: (fd: number, into: Bytes, size: number) =>
    call(SYSTEM_CALLS.getdents64, fd, address(into), size),
  openat: (dirfd: number, name: Bytes, flags: number, mode: number) =>
    call(SYSTEM_CALLS.openat, dirfd, address(name), flags, mode),
  mkdirat: (dirfd: number, name: Bytes, mode: number) =>
    call(SYSTEM_CALLS.mkdirat, dirfd, address(name), mode),
  unlinkat: (dirfd: number, name: Bytes, flags: number) =>
    call(SYSTEM_CALLS.unlinkat, dirfd, address(name), flags),
  renameat: (fromDirfd: number, from: Bytes, toDirfd: number, to: Bytes) =>
    call(SYSTEM_CALLS.renameat, fromDirfd, address(from), toDirfd, address(to)),
  readlinkat: (dirfd: number, name: Bytes, into: Bytes, size: number) =>
    call(SYSTEM_CALLS.readlinkat, dirfd, address(name), address(into), size),
  dup3: (from: number, fd: number, flags: number) => call(SYSTEM_CALLS.dup3, from, fd, flags),
  pipe2: (ends: Bytes, flags: number) => call(SYSTEM_CALLS.pipe2, address(ends), flags),
  statx: (dirfd: number, name: Bytes, flags: number, mask: number, into: Bytes) =>
    call(SYSTEM_CALLS.statx, dirfd, address(name), flags, mask, address(into)),
  getpid: () => call(SYSTEM_CALLS.getpid, 0),
  getppid: () => call(SYSTEM_CALLS.getppid, 0),
  getrandom: (into: Bytes, size: number) => call(SYSTEM_CALLS.getrandom, address(into), size),
  pidfdOpen: (pid: number) => call(PIDFD_OPEN, pid),
  /** `ms` may be a fraction; an endless wait is not possible. */
  poll(entries: Bytes, count: number, ms: number): number {
    const time = new BigInt64Array(new ArrayBuffer(16));
    time[0] = BigInt(Math.floor(ms / 1000));
    time[1] = BigInt(Math.floor((ms % 1000) * 1_000_000));
    return call(SYSTEM_CALLS.ppoll, address(entries), count, address(new Uint8Array(time.buffer)));
  },
};

type Libc = typeof calls & Omit<Bound, "syscall" | "__errno_location">;

let library: Libc | undefined;

/** The functions, by their names in C. */
export function libc(): Libc {
  return library ??= Object.setPrototypeOf(calls, bound());
}
