import type { Line } from "./assemble.ts";

/**
 * x86-64 code with which a start without a checkpoint begins. At the label `plain` it advises the kernel to read the
 * program's file in large pieces (MADV_HUGEPAGE; docs/performance.md), and has it bring at once all pages that ld.so is
 * to write its addresses into (MADV_POPULATE_WRITE, since Linux 5.14), instead of one at each first touch.
 *
 * From the label `no break` it makes a process of which a checkpoint can be taken: no heap by `brk`, whose place is
 * another in every process (256 MiB behind it are taken, so that it cannot grow), and, later, no vDSO, for the same
 * reason. The addresses at which V8 asks for memory, at random below 2 ** 46, are taken too, but for those where the
 * kernel itself places memory (in the layout from the bottom up: from 2 ** 47 / 3 on, at random within 2 ** 40): so
 * the kernel places V8's memory, one piece beside the other, and a checkpoint of it needs fewer steps. At both
 * labels rbp is the first stack pointer and rbx the auxiliary vector.
 */
export const START_PLAINLY: Line[] = [
  { label: "no break" },
  { code: "31 ff", is: "xor edi, edi" },
  { code: "6a 0c", is: "push 12                        ; brk" },
  { code: "58", is: "pop rax" },
  { code: "0f 05", is: "syscall" },
  { code: "48 8d b8 ff 0f 00 00", is: "lea rdi, [rax+4095]" },
  { code: "48 81 e7 00 f0 ff ff", is: "and rdi, -4096" },
  { code: "be 00 00 00 10", is: "mov esi, 0x10000000            ; 256 MiB" },
  { code: "31 d2", is: "xor edx, edx                   ; PROT_NONE" },
  {
    code: "41 ba 22 40 10 00",
    is: "mov r10d, 0x104022             ; MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE",
  },
  { code: "6a ff", is: "push -1" },
  { code: "41 58", is: "pop r8" },
  { code: "45 31 c9", is: "xor r9d, r9d" },
  { code: "6a 09", is: "push 9                         ; mmap" },
  { code: "58", is: "pop rax" },
  { code: "0f 05", is: "syscall" },
  { code: "48 bf 00 00 00 00 01 00 00 00", is: "mov rdi, 0x100000000" },
  {
    code: "48 be 00 00 00 00 a9 2a 00 00",
    is: "mov rsi, 0x2aa900000000        ; up to where the kernel places memory",
  },
  { code: "6a 09", is: "push 9                         ; mmap" },
  { code: "58", is: "pop rax" },
  { code: "0f 05", is: "syscall" },
  { code: "48 bf 00 00 00 00 00 2c 00 00", is: "mov rdi, 0x2c0000000000        ; and from behind that" },
  { code: "48 be 00 00 00 00 00 14 00 00", is: "mov rsi, 0x140000000000" },
  { code: "6a 09", is: "push 9                         ; mmap" },
  { code: "58", is: "pop rax" },
  { code: "0f 05", is: "syscall" },
  { label: "plain" },
  { code: "48 8d 3d", of: "image", is: "lea rdi, [image]" },
  { code: "48 8b 35", of: "image size", is: "mov rsi, [image size]" },
  { code: "6a 0e", is: "push 14                        ; MADV_HUGEPAGE" },
  { code: "5a", is: "pop rdx" },
  { code: "6a 1c", is: "push 28                        ; madvise: only advice, whatever it gives" },
  { code: "58", is: "pop rax" },
  { code: "0f 05", is: "syscall" },
  { code: "48 8d 3d", of: "relocated", is: "lea rdi, [relocated]" },
  { code: "48 8b 35", of: "relocated size", is: "mov rsi, [relocated size]" },
  { code: "6a 17", is: "push 23                        ; MADV_POPULATE_WRITE" },
  { code: "5a", is: "pop rdx" },
  { code: "6a 1c", is: "push 28                        ; madvise" },
  { code: "58", is: "pop rax" },
  { code: "0f 05", is: "syscall" },
];
