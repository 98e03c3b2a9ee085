/**
 * Guests of one sector of real-mode code: the BIOS loads it, it waits a second, does its one thing, and halts. Machine
 * code by hand, an instruction a line (Intel's manual, volume 2); what the ports mean is QEMU's.
 */

/** Instructions: their bytes, in hexadecimal. */
export type Code = string;

const SECTOR = 512;
const IMAGE_SIZE = 64 * 1024;

/** `in al`-sized write to a port. */
export const outByte = (port: number, value: number): Code =>
  // mov dx, port; mov al, value; out dx, al
  `ba ${word(port)} b0 ${byte(value)} ee`;

/** The same with a word. */
export const outWord = (port: number, value: number): Code =>
  // mov dx, port; mov ax, value; out dx, ax
  `ba ${word(port)} b8 ${word(value)} ef`;

/** The same with four bytes. */
export const outLong = (port: number, value: number): Code =>
  // mov dx, port; mov eax, value; out dx, eax
  `ba ${word(port)} 66 b8 ${word(value & 0xffff)} ${word(value >>> 16)} 66 ef`;

/** pvpanic (docs/specs/pvpanic.rst of QEMU): 1 panicked, 2 a crash kernel takes over. */
export const panic = (bits: 1 | 2): Code => outByte(0x505, bits);

/** The reset control register of the PIIX3. */
export const resetByRegister: Code = outByte(0xcf9, 0x06);

/** An interrupt without a table of them, and without any handler for that: the processor gives up, which is a reset. */
export const tripleFault: Code =
  // lidt [empty]; int3, where `empty` is six zero bytes at 0:0x500, an area that the BIOS leaves alone
  "31 c0 8e d8 c7 06 00 05 00 00 c7 06 02 05 00 00 c7 06 04 05 00 00 0f 01 1e 00 05 cc";

/** The ib700 watchdog, to fire after 2 s: 30 s less twice the value (hw/watchdog/wdt_ib700.c). */
export const startWatchdog: Code = outByte(0x443, 14);

/** PM1a_CNT of the PIIX4, where SeaBIOS puts it: sleep enable, and the type: 1 S3, 2 S4, 0 S5. */
export const sleep = (state: 3 | 4 | 5): Code => outWord(0x604, 0x2000 | { 3: 1, 4: 2, 5: 0 }[state] << 10);

/**
 * The first memory module is not given up: _OST, "ejection in progress", "non-specific failure" (ACPI, 6.3.5), by the
 * registers of docs/specs/acpi_mem_hotplug.rst of QEMU.
 */
export const refuseEjection: Code = [outLong(0xa00, 0), outLong(0xa04, 0x103), outLong(0xa08, 1)].join(" ");

/** A balloon takes that many pages: `actual` in the configuration of a legacy virtio device in that slot of PCI. */
export const inflate = (slot: number, pages: number): Code =>
  [
    outLong(0xcf8, 0x80000010 | slot << 11), // its first base address
    "ba fc 0c 66 ed", // mov dx, 0xcfc; in eax, dx
    "24 fc 05 18 00 89 c2", // and al, 0xfc; add ax, 0x18; mov dx, ax
    `66 b8 ${word(pages)} 00 00 66 ef`, // mov eax, pages; out dx, eax
  ].join(" ");

/** Two bytes in the first 64 KiB. */
const store = (at: number, value: number): Code =>
  // mov word [at], value
  `c7 06 ${word(at)} ${word(value)}`;

/**
 * Opens and closes the first port of a legacy virtio-serial device in that slot of PCI, as a guest's agent does: two
 * control messages (virtio 1.2, 5.3.6.2) by a queue at 0x8000, of whatever size the device has.
 */
export const openAndCloseChannel = (slot: number): Code => {
  const [message, queue] = [0x7e00, 0x8000];
  const at = (register: number) => `8d 57 ${byte(register)}`; // lea dx, [bx + register]
  const outA = (register: number, value: number) => `${at(register)} b8 ${word(value)} ef`; // mov ax, value; out dx, ax
  const storeAll = (start: number, values: number[]) => values.map((value, i) => store(start + 2 * i, value));
  const offer = (messages: number) => `c7 44 02 ${word(messages)}`; // mov word [si + 2], messages
  const notify = outA(0x10, 3);
  return [
    outLong(0xcf8, 0x80000004 | slot << 11), // its command register: ports, memory, and it may read the guest's memory
    outWord(0xcfc, 7),
    outLong(0xcf8, 0x80000010 | slot << 11), // its first base address
    "ba fc 0c 66 ed 24 fc 89 c3", // mov dx, 0xcfc; in eax, dx; and al, 0xfc; mov bx, ax
    `${at(0x12)} b0 03 ee`, // the device's status: known, and driven
    `${at(4)} 66 b8 02 00 00 00 66 ef`, // VIRTIO_CONSOLE_F_MULTIPORT
    outA(0xe, 3), // the queue of control messages to the device
    `${at(0xc)} ed c1 e0 04 05 ${word(queue)} 89 c6`, // in ax, dx; shl ax, 4; add ax, queue; mov si, ax: behind its descriptors
    "31 c0 8e d8", // xor ax, ax; mov ds, ax
    ...storeAll(message, [1, 0, 6, 1]), // the port; VIRTIO_CONSOLE_PORT_OPEN; open
    ...storeAll(queue, [message, 0, 0, 0, 8, 0, 0, 0]), // a descriptor of its 8 bytes
    "c7 04 00 00 c7 44 04 00 00 c7 44 06 00 00", // mov word [si], 0; mov word [si + 4], 0; mov word [si + 6], 0
    offer(1),
    `${at(8)} 66 b8 ${word(queue >> 12)} 00 00 66 ef`,
    `${at(0x12)} b0 07 ee`, // ready
    notify,
    "53", // push bx
    wait(18),
    "5b", // pop bx
    store(message + 6, 0), // closed
    offer(2),
    notify,
  ].join(" ");
};

/** What a guest writes on its first serial port. */
export const BOOTED = "!";
export const sayBooted: Code = outByte(0x3f8, BOOTED.charCodeAt(0));

/** Writes one sector to the second disk, at that sector (INT 13h, AH=43h). */
export const writeSecondDisk = (sector: number): Code =>
  [
    "31 c0 8e d8", // xor ax, ax; mov ds, ax
    `c7 06 00 06 10 00`, // mov word [0x600], 16: a disk address packet
    `c7 06 02 06 01 00`, // one sector
    `c7 06 04 06 00 7c`, // from 0:0x7c00
    `c7 06 06 06 00 00`,
    `c7 06 08 06 ${word(sector & 0xffff)}`,
    `c7 06 0a 06 ${word(sector >> 16)}`,
    `c7 06 0c 06 00 00`,
    `c7 06 0e 06 00 00`,
    "be 00 06 b4 43 b0 00 b2 81 cd 13", // mov si, 0x600; mov ah, 0x43; mov al, 0; mov dl, 0x81; int 0x13
  ].join(" ");

/** Does it in the first boot only: a byte of the clock's memory, which no reset clears, remembers. */
export function once(code: Code): Code {
  const body = bytesOf(code);
  // mov al, 0x60; out 0x70, al; in al, 0x71; cmp al, 0xa5; je over
  const skip = [0x0f, 0x84, ...short(body.length + 8)];
  return hex([
    ...bytesOf("b0 60 e6 70 e4 71 3c a5"),
    ...skip,
    ...bytesOf("b0 60 e6 70 b0 a5 e6 71"), // mov al, 0x60; out 0x70, al; mov al, 0xa5; out 0x71, al
    ...body,
  ]);
}

/** Waits for that many ticks of the BIOS's clock, 18.2 a second. */
export const wait = (ticks: number): Code =>
  // sti; xor ax, ax; mov ds, ax; mov bx, [0x46c]; add bx, ticks; again: hlt; cmp [0x46c], bx; jne again
  `fb 31 c0 8e d8 8b 1e 6c 04 81 c3 ${word(ticks)} f4 39 1e 6c 04 75 f9`;

/** A disk that boots into that code and halts behind it. */
export function bootDisk(...code: Code[]): Uint8Array {
  // sti; halt: hlt; jmp halt
  const bytes = [...bytesOf([wait(18), ...code].join(" ")), ...bytesOf("fb f4 eb fd")];
  if (bytes.length > SECTOR - 2) throw new Error(`${bytes.length} bytes are no boot sector`);
  const image = new Uint8Array(IMAGE_SIZE);
  image.set(bytes);
  image.set([0x55, 0xaa], SECTOR - 2);
  return image;
}

function bytesOf(code: Code): number[] {
  return code.split(" ").filter((part) => part !== "").map((part) => parseInt(part, 16));
}

function hex(bytes: number[]): Code {
  return bytes.map(byte).join(" ");
}

function byte(value: number): string {
  return value.toString(16).padStart(2, "0");
}

function word(value: number): string {
  return `${byte(value & 0xff)} ${byte(value >> 8)}`;
}

function short(value: number): number[] {
  return [value & 0xff, value >> 8];
}
