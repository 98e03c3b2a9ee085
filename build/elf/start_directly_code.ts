import type { Line } from "./assemble.ts";

/**
 * x86-64 code that restarts the program, by its own path, when it was started by way of ld.so
 * (`/lib64/ld-linux-x86-64.so.2 hookvisor …`): ld.so has loaded all libraries by then, so no checkpoint would
 * fit, and the process would take ld.so for its program. The kernel enters a program with rdx = 0 (Linux,
 * `ELF_PLAT_INIT`); ld.so leaves there what to call at exit (System V ABI, "Process Initialization"). The
 * path is what ld.so puts into the auxiliary vector.
 */
export const START_DIRECTLY: Line[] = [
  { code: "48 85 d2", is: "test rdx, rdx                  ; to be called at exit: ld.so was here first" },
  { jump: "74", to: "entered", is: "jz entered" },
  { code: "48 89 e5", is: "mov rbp, rsp" },
  { code: "48 8d 74 24 08", is: "lea rsi, [rsp+8]               ; argv" },
  { label: "to environment" },
  { code: "48 ad", is: "lodsq" },
  { code: "48 85 c0", is: "test rax, rax" },
  { jump: "75", to: "to environment", is: "jnz to_environment" },
  { code: "48 89 f2", is: "mov rdx, rsi                   ; the environment" },
  { label: "to vector" },
  { code: "48 ad", is: "lodsq" },
  { code: "48 85 c0", is: "test rax, rax" },
  { jump: "75", to: "to vector", is: "jnz to_vector" },
  { label: "to name" },
  { code: "48 ad", is: "lodsq                          ; a_type" },
  { code: "89 c1", is: "mov ecx, eax" },
  { code: "48 ad", is: "lodsq                          ; a_val" },
  { code: "83 f9 1f", is: "cmp ecx, 31                    ; AT_EXECFN: the program, as ld.so was told" },
  { jump: "74", to: "execute", is: "je execute" },
  { code: "85 c9", is: "test ecx, ecx" },
  { jump: "75", to: "to name", is: "jnz to_name" },
  { label: "execute" },
  { code: "48 89 c7", is: "mov rdi, rax" },
  { code: "48 8d 74 24 08", is: "lea rsi, [rsp+8]" },
  { code: "6a 3b", is: "push 59                        ; execve" },
  { code: "58", is: "pop rax" },
  { code: "0f 05", is: "syscall" },
  { code: "48 8d 35", of: "not directly", is: "lea rsi, [not directly]" },
  { jump: "e9", to: "fail", is: "jmp fail" },
  { label: "entered" },
];
