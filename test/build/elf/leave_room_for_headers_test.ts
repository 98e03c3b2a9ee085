import { deepEqual, equal, ok } from "node:assert/strict";
import {
  PROGRAM_HEADER_SIZE,
  PT_INTERP,
  PT_NOTE,
  PT_PHDR,
  readHeader,
  readProgramHeaders,
} from "../../../build/elf/elf64.ts";
import { readImage } from "../../../build/elf/image.ts";
import { leaveRoomForHeaders } from "../../../build/elf/leave_room_for_headers.ts";
import { Folder, ON_X86, systemProgram } from "./real_programs.ts";

const PROGRAM = ON_X86.ignore ? new Uint8Array() : systemProgram("printf");

Deno.test({
  ...ON_X86,
  name:
    "leaveRoomForHeaders() has the table at the beginning, and room for eight more headers before all sections",
  fn: () => {
    const made = leaveRoomForHeaders(PROGRAM);
    const { programOffset, programCount } = readHeader(made);
    equal(programOffset, 64);
    const { sections } = readImage(made);
    const first = Math.min(...sections.map(({ address }) => address));
    ok(first >= 64 + (programCount + 8) * PROGRAM_HEADER_SIZE);
    ok(made.subarray(64 + programCount * PROGRAM_HEADER_SIZE, first).every((byte) => byte === 0));
  },
});

Deno.test({
  ...ON_X86,
  name: "leaveRoomForHeaders() has headers say where the table, the interpreter and the notes are now",
  fn: () => {
    const made = leaveRoomForHeaders(PROGRAM);
    const { programOffset, programCount } = readHeader(made);
    const table = readProgramHeaders(made, programOffset, programCount);
    const { sections } = readImage(made);
    const places = (wanted: number) =>
      table.filter(({ type }) => type === wanted).map((
        { offset, address },
      ) => [Number(offset), Number(address)]);
    const placeOf = (name: string) => {
      const { address } = sections.find((one) => one.name === name)!;
      return [address, address];
    };
    deepEqual(places(PT_PHDR), [[64, 64]]);
    deepEqual(places(PT_INTERP), [placeOf(".interp")]);
    ok(places(PT_NOTE).some((place) => place[0] === placeOf(".note.gnu.build-id")[0]));
  },
});

Deno.test({
  ...ON_X86,
  name: "leaveRoomForHeaders() makes a program that works, and does not change the one that it is given",
  fn: async () => {
    using folder = new Folder();
    const given = PROGRAM.slice();
    folder.write("printf", leaveRoomForHeaders(given));
    deepEqual(given, PROGRAM);
    deepEqual(await folder.run("printf", ["%s|", "one", "ä"]), {
      stdout: "one|ä|",
      stderr: "",
      code: 0,
      signal: null,
    });
  },
});
