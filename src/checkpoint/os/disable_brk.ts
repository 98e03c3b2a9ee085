import { cString } from "../../system/descriptor.ts";

/** No memory lies that high, and no number of bytes can be added. */
const NOWHERE = 2n ** 64n - 4096n;

/**
 * Lets every later `sbrk` of this process fail, so that the C library takes all memory by `mmap`.
 *
 * The break is where the kernel wants it in each process. One restored from a checkpoint has another than the C
 * library remembers, which could take the kernel's refusal for success: it only sees whether the break is higher
 * than what it asked for. With a remembered break (glibc's `__curbrk`) that nothing can be added to, it never asks.
 *
 * @throws {Error} when the C library does not have that variable
 */
export function disableBrk(): void {
  const { symbols } = Deno.dlopen("libc.so.6", {
    dlsym: { parameters: ["pointer", "buffer"], result: "pointer" },
    memcpy: { parameters: ["pointer", "buffer", "usize"], result: "pointer" },
  });
  const place = symbols.dlsym(null, cString("__curbrk"));
  if (place === null) throw new Error("the C library has no __curbrk");
  symbols.memcpy(place, new Uint8Array(new BigUint64Array([NOWHERE]).buffer), 8n);
}
