import { cString } from "../../system/descriptor.ts";

/** No memory lies that high, and no bytes can be added to it. */
const NOWHERE = 2n ** 64n - 4096n;

/**
 * Makes every later `sbrk` of this process fail, so that the C library takes all memory by `mmap`.
 *
 * The kernel chooses the break of each process. A process restored from a checkpoint has another break than
 * its C library remembers, and the library could mistake the kernel's refusal for success: it only checks
 * that the break is higher than requested. With a remembered break (glibc's `__curbrk`) to which nothing can
 * be added, it never asks.
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
