import { deepEqual, throws } from "node:assert/strict";
import { assemble, type Line } from "../../../build/elf/assemble.ts";

const nops = (count: number): Line => ({ code: "90".repeat(count), is: `${count} nops` });

/** The code's bytes, in hex. */
function hexOf(lines: Line[]): string {
  return assemble(lines).code.toHex();
}

Deno.test("assemble() works out short jumps forward and backward from the byte behind them", () => {
  const { code } = assemble([
    { label: "start" },
    { jump: "74", to: "end", is: "jz end" },
    { code: "90 90", is: "nop; nop" },
    { jump: "eb", to: "start", is: "jmp start" },
    { label: "end" },
  ]);
  deepEqual([...code], [0x74, 4, 0x90, 0x90, 0xeb, 0xfa]);
});

Deno.test("assemble() gives long jumps four bytes, forward and backward, from the byte behind them", () => {
  const { code } = assemble([
    { label: "start" },
    { jump: "0f 84", to: "end", is: "jz end" },
    nops(300),
    { jump: "e9", to: "start", is: "jmp start" },
    { label: "end" },
  ]);
  deepEqual([...code.subarray(0, 6)], [0x0f, 0x84, 0x31, 1, 0, 0]); // 300 + 5
  deepEqual([...code.subarray(306)], [0xe9, 0xc9, 0xfe, 0xff, 0xff]); // -(6 + 300 + 5)
});

Deno.test("assemble() takes a short jump of 127 bytes forward and of 128 backward, and none that is longer", () => {
  const forward = (count: number): Line[] => [{ jump: "eb", to: "a", is: "on" }, nops(count), { label: "a" }];
  const backward = (
    count: number,
  ): Line[] => [{ label: "a" }, nops(count), { jump: "7f", to: "a", is: "back" }];
  deepEqual(hexOf(forward(127)).slice(0, 4), "eb7f");
  throws(() => assemble(forward(128)), /^Error: on is 128 bytes away, which is too far$/);
  deepEqual(hexOf(backward(126)).slice(-4), "7f80");
  throws(() => assemble(backward(127)), /^Error: back is -129 bytes away, which is too far$/);
});

Deno.test("assemble() makes no short jump of code that only looks like one", () => {
  const lines: Line[] = [{ code: "74", of: "a", is: "of" }, { code: "eb 00", is: "by hand" }, { label: "a" }];
  deepEqual(hexOf(lines), "7402000000eb00");
});

Deno.test("assemble() puts the distance of a label behind an instruction that refers to it", () => {
  const lines: Line[] = [
    { label: "before" },
    { data: Uint8Array.of(1, 2), is: "data" },
    { code: "48 8d 35", of: "after", is: "lea rsi, [after]" },
    { code: "48 3b 05", of: "before", is: "cmp rax, [before]" },
    { label: "after" },
    { data: Uint8Array.of(3), is: "data" },
  ];
  deepEqual(hexOf(lines), "0102" + "488d3507000000" + "483b05f0ffffff" + "03");
});

Deno.test("assemble() says where labels are, also those of data and behind everything", () => {
  const { code, labels } = assemble([
    { label: "first" },
    { label: "the same place" },
    { jump: "0f 85", to: "end", is: "jnz end" },
    { label: "data" },
    { data: new Uint8Array(5), is: "data" },
    { jump: "eb", to: "first", is: "jmp first" },
    { label: "end" },
  ]);
  deepEqual([...labels], [["first", 0], ["the same place", 0], ["data", 6], ["end", 13]]);
  deepEqual(code.length, 13);
});

Deno.test("assemble() of nothing is nothing", () => {
  deepEqual(assemble([]), { code: new Uint8Array(), labels: new Map() });
});

Deno.test("assemble() refuses a label that is missing, for a jump and for a reference", () => {
  const jump: Line = { jump: "eb", to: "nowhere", is: "jmp nowhere" };
  throws(() => assemble([jump]), /^Error: label nowhere of jmp nowhere is not defined$/);
  const reference: Line = { code: "48 8d 35", of: "nothing", is: "lea rsi, [nothing]" };
  throws(() => assemble([reference]), /^Error: label nothing of lea rsi, \[nothing\] is not defined$/);
});

Deno.test("assemble() refuses a label that is there twice", () => {
  throws(() => assemble([{ label: "a" }, nops(1), { label: "a" }]), /^Error: label a is defined twice$/);
});

Deno.test("assemble() refuses code that is no hex", () => {
  throws(() => assemble([{ code: "9", is: "half a byte" }]), SyntaxError);
  throws(() => assemble([{ code: "zz", is: "no digits" }]), SyntaxError);
});
