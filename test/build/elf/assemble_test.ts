import { deepEqual, throws } from "node:assert/strict";
import { assemble } from "../../../build/elf/assemble.ts";

Deno.test("assemble() works out jumps forward and backward from the byte behind them", () => {
  const bytes = assemble([
    { label: "start" },
    { jump: "74", to: "end", is: "jz end" },
    { code: "90 90", is: "nop; nop" },
    { jump: "eb", to: "start", is: "jmp start" },
    { label: "end" },
  ]);
  deepEqual([...bytes], [0x74, 4, 0x90, 0x90, 0xeb, 0xfa]);
});

Deno.test("assemble() refuses a missing label, a label twice, and a jump that is too far", () => {
  throws(
    () => assemble([{ jump: "eb", to: "nowhere", is: "jmp nowhere" }]),
    /no label nowhere for jmp nowhere/,
  );
  throws(() => assemble([{ label: "a" }, { label: "a" }]), /label a is there twice/);
  const far = { code: "90".repeat(128), is: "nop" };
  throws(
    () => assemble([{ jump: "eb", to: "a", is: "jmp a" }, far, { label: "a" }]),
    /128 bytes away: too far/,
  );
});
