/**
 * The few calls of the C library that hookvisor needs and Deno does not offer:
 * commands in a session of their own, descriptors that never leak, `poll`, and
 * opening a file without following what somebody may have swapped in between.
 *
 * Struct layouts and constants are those of Linux (uapi headers), the same on
 * x86-64 and aarch64 unless said otherwise. Every failed call throws a
 * `SystemError` with the errno's name.
 */
const SYMBOLS = {
  __errno_location: { parameters: [], result: "pointer" },
  pipe2: { parameters: ["buffer", "i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
  fcntlLock: { name: "fcntl", parameters: ["i32", "i32", "buffer"], result: "i32" },
  poll: { parameters: ["buffer", "u64", "i32"], result: "i32" },
  openat: { parameters: ["i32", "buffer", "i32", "u32"], result: "i32" },
  statx: { parameters: ["i32", "buffer", "i32", "u32", "buffer"], result: "i32" },
  readlinkat: { parameters: ["i32", "buffer", "buffer", "usize"], result: "isize" },
  renameat: { parameters: ["i32", "buffer", "i32", "buffer"], result: "i32" },
  unlinkat: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  mkdirat: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  fchmodat: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
  fchownat: { parameters: ["i32", "buffer", "u32", "u32", "i32"], result: "i32" },
  memfd_create: { parameters: ["buffer", "u32"], result: "i32" },
  lseek: { parameters: ["i32", "i64", "i32"], result: "i64" },
  fchmod: { parameters: ["i32", "u32"], result: "i32" },
  fchown: { parameters: ["i32", "u32", "u32"], result: "i32" },
  fsync: { parameters: ["i32"], result: "i32" },
  ftruncate: { parameters: ["i32", "i64"], result: "i32" },
  flock: { parameters: ["i32", "i32"], result: "i32" },
  kill: { parameters: ["i32", "i32"], result: "i32" },
  waitpid: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  getdents: { name: "syscall", parameters: ["i64", "i64", "u64", "u64"], result: "i64" },
  syscall: { parameters: ["i64", "i64", "i64"], result: "i64" },
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
  posix_spawnattr_init: { parameters: ["buffer"], result: "i32" },
  posix_spawnattr_setflags: { parameters: ["buffer", "i16"], result: "i32" },
  posix_spawnattr_setsigmask: { parameters: ["buffer", "buffer"], result: "i32" },
  posix_spawnattr_setsigdefault: { parameters: ["buffer", "buffer"], result: "i32" },
  posix_spawnattr_destroy: { parameters: ["buffer"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

type Libc = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/**
 * The library's functions. Each is bound when it is first used, because
 * binding one takes 0.1 ms and most calls need only a few.
 */
const functions = Object.defineProperties(
  {},
  Object.fromEntries(
    Object.entries(SYMBOLS).map((
      [name, symbol],
    ) => [name, { configurable: true, get: () => bind(name, symbol) }]),
  ),
) as Libc;

function bind(name: string, symbol: Deno.ForeignFunction): unknown {
  const value = Deno.dlopen("libc.so.6", { [name]: symbol }).symbols[name];
  Object.defineProperty(functions, name, { value });
  return value;
}

export function libc(): Libc {
  return functions;
}
