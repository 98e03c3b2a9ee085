import type { Line } from "./assemble.ts";

/**
 * x86-64 code that runs before anything else of the program; it falls off its end.
 *
 * At a program's entry the stack pointer points at `argc`, `argv[0]`, …, NULL (System V ABI, "Initial Stack and
 * Register State"); rsp and rdx belong to the program and are left as they were. The code
 *
 * 1. goes through every argument, the name of the program too, and checks that it is UTF-8 as Rust's standard
 *    library does (Unicode, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF). In an argument
 *    that is not, every byte from 0x80 up is overwritten, in place, with 0x1A (SUB, ASCII's "substitute");
 * 2. asks for the working directory and changes to `/` when it is gone (ENOENT) or outside of the root.
 *
 * Why: Deno's runtime panics (SIGABRT) on an argument that is not UTF-8, and ends with a stack trace when it has no
 * working directory, both before any code of ours runs.
 */
export const CHECK_ARGUMENTS: Line[] = [
  { code: "f3 0f 1e fa", is: "endbr64" },
  { code: "4c 8d 44 24 08", is: "lea r8, [rsp+8]        ; r8 = where the next argument's address is" },

  { label: "argument" },
  { code: "49 8b 30", is: "mov rsi, [r8]          ; rsi = its first byte" },
  { code: "49 83 c0 08", is: "add r8, 8" },
  { code: "48 85 f6", is: "test rsi, rsi" },
  { jump: "74", to: "directory", is: "jz directory           ; NULL: that was the last" },
  { code: "48 89 f7", is: "mov rdi, rsi           ; rdi = the byte to look at" },

  { label: "character" },
  { code: "0f b6 07", is: "movzx eax, byte [rdi]" },
  { code: "48 ff c7", is: "inc rdi" },
  { code: "84 c0", is: "test al, al" },
  { jump: "74", to: "argument", is: "jz argument            ; the end: it is UTF-8" },
  { jump: "79", to: "character", is: "jns character          ; ASCII" },
  { code: "41 b1 80", is: "mov r9b, 0x80          ; the next byte must be in r9b to r10b" },
  { code: "41 b2 bf", is: "mov r10b, 0xbf" },
  { code: "6a 01", is: "push 1                 ; ecx = bytes to follow" },
  { code: "59", is: "pop rcx" },
  { code: "3c c2", is: "cmp al, 0xc2" },
  { jump: "72", to: "invalid", is: "jb invalid             ; a following byte, or overlong" },
  { code: "3c e0", is: "cmp al, 0xe0" },
  { jump: "72", to: "following", is: "jb following           ; C2 to DF: one more" },
  { jump: "75", to: "not E0", is: "jne not_E0" },
  { code: "41 b1 a0", is: "mov r9b, 0xa0          ; E0: less would be overlong" },
  { label: "not E0" },
  { code: "3c ed", is: "cmp al, 0xed" },
  { jump: "75", to: "not ED", is: "jne not_ED" },
  { code: "41 b2 9f", is: "mov r10b, 0x9f         ; ED: more would be a surrogate" },
  { label: "not ED" },
  { code: "ff c1", is: "inc ecx" },
  { code: "3c f0", is: "cmp al, 0xf0" },
  { jump: "72", to: "following", is: "jb following           ; E0 to EF: two more" },
  { jump: "75", to: "not F0", is: "jne not_F0" },
  { code: "41 b1 90", is: "mov r9b, 0x90          ; F0: less would be overlong" },
  { label: "not F0" },
  { code: "3c f4", is: "cmp al, 0xf4" },
  { jump: "77", to: "invalid", is: "ja invalid" },
  { jump: "75", to: "not F4", is: "jne not_F4" },
  { code: "41 b2 8f", is: "mov r10b, 0x8f         ; F4: more would be above U+10FFFF" },
  { label: "not F4" },
  { code: "ff c1", is: "inc ecx                ; F0 to F4: three more" },

  { label: "following" },
  { code: "0f b6 07", is: "movzx eax, byte [rdi]" },
  { code: "44 38 c8", is: "cmp al, r9b            ; catches the end too: NUL is below" },
  { jump: "72", to: "invalid", is: "jb invalid" },
  { code: "44 38 d0", is: "cmp al, r10b" },
  { jump: "77", to: "invalid", is: "ja invalid" },
  { code: "48 ff c7", is: "inc rdi" },
  { code: "41 b1 80", is: "mov r9b, 0x80" },
  { code: "41 b2 bf", is: "mov r10b, 0xbf" },
  { code: "ff c9", is: "dec ecx" },
  { jump: "75", to: "following", is: "jnz following" },
  { jump: "eb", to: "character", is: "jmp character" },

  { label: "invalid" },
  { code: "8a 06", is: "mov al, [rsi]          ; from the argument's beginning" },
  { code: "84 c0", is: "test al, al" },
  { jump: "74", to: "argument", is: "jz argument" },
  { jump: "79", to: "ASCII", is: "jns ASCII" },
  { code: "c6 06 1a", is: "mov byte [rsi], 0x1a" },
  { label: "ASCII" },
  { code: "48 ff c6", is: "inc rsi" },
  { jump: "eb", to: "invalid", is: "jmp invalid" },

  { label: "directory" },
  { code: "48 81 ec 00 10 00 00", is: "sub rsp, 4096          ; PATH_MAX" },
  { code: "48 89 e7", is: "mov rdi, rsp" },
  { code: "be 00 10 00 00", is: "mov esi, 4096" },
  { code: "6a 4f", is: "push 79                ; getcwd" },
  { code: "58", is: "pop rax" },
  { code: "0f 05", is: "syscall" },
  { code: "48 85 c0", is: "test rax, rax" },
  { jump: "79", to: "got it", is: "jns got_it" },
  { code: "48 83 f8 fe", is: "cmp rax, -2            ; ENOENT" },
  { jump: "74", to: "gone", is: "je gone" },
  { jump: "eb", to: "done", is: "jmp done" },
  { label: "got it" },
  { code: "80 3c 24 2f", is: "cmp byte [rsp], '/'    ; else \"(unreachable)…\"" },
  { jump: "74", to: "done", is: "je done" },
  { label: "gone" },
  { code: "66 c7 04 24 2f 00", is: 'mov word [rsp], 0x002f ; "/"' },
  { code: "48 89 e7", is: "mov rdi, rsp" },
  { code: "6a 50", is: "push 80                ; chdir" },
  { code: "58", is: "pop rax" },
  { code: "0f 05", is: "syscall" },
  { label: "done" },
  { code: "48 81 c4 00 10 00 00", is: "add rsp, 4096" },
];
