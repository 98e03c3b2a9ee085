/** Linux's x86-64 numbers (asm/unistd_64.h) of the system calls that the steps make. */
export const SYSTEM_CALLS = {
  read: 0,
  write: 1,
  close: 3,
  mmap: 9,
  mprotect: 10,
  rt_sigaction: 13,
  pread64: 17,
  socketpair: 53,
  fcntl: 72,
  sigaltstack: 131,
  arch_prctl: 158,
  epoll_ctl: 233,
  openat: 257,
  set_robust_list: 273,
  eventfd2: 290,
  epoll_create1: 291,
  dup3: 292,
  statx: 332,
};

// fcntl.h
export const AT_FDCWD = -100;
export const AT_EMPTY_PATH = 0x1000;
export const O_CLOEXEC = 0o2000000;
