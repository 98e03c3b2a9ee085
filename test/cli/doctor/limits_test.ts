import { deepEqual, equal, match } from "node:assert/strict";
import { limitFindings } from "../../../src/cli/doctor/limits.ts";

const LIMITS = Deno.readTextFileSync("/proc/self/limits");
/** Without and with CAP_SYS_RESOURCE. */
const WEAK = "Name:\tvirtqemud\nCapBnd:\t000001fffeffffff\n";
const ABLE = "Name:\tvirtqemud\nCapBnd:\t000001ffffffffff\n";

/** A line of /proc/PID/limits with other values, its columns as wide as the kernel's. */
function limited(line: string, soft: string, hard: string): string {
  return LIMITS.replace(
    new RegExp(`^${line} .*$`, "m"),
    `${line.padEnd(26)}${soft.padEnd(21)}${hard.padEnd(21)}bytes     `,
  );
}

for (
  const [line, value, setting] of [
    ["Max address space", "8000000000", "LimitAS=infinity"],
    ["Max data size", "512000000", "LimitDATA=infinity"],
    ["Max file size", "8192", "LimitFSIZE=infinity"],
    ["Max open files", "12", "LimitNOFILE=1024:524288"],
    ["Max stack size", "65536", "LimitSTACK=8M:infinity"],
  ] as const
) {
  Deno.test(`doctor names ${line} where a hook call cannot raise it`, () => {
    const found = limitFindings("virtqemud", limited(line, value, value), WEAK);
    equal(found.length, 1);
    match(found[0]!.seen, new RegExp(`^virtqemud gives its hooks a limit of ${value} for .*${line}`));
    equal(found[0]!.remedy, `systemctl edit virtqemud: [Service] ${setting}`);
    equal(found[0]!.level, "fail");
    deepEqual(limitFindings("virtqemud", limited(line, value, "unlimited"), WEAK), []);
    deepEqual(limitFindings("virtqemud", limited(line, value, value), ABLE), []);
  });
}

Deno.test("doctor names a limit for data with which the kernel cannot even load the program", () => {
  const [found] = limitFindings("libvirtd", limited("Max data size", "1024000", "unlimited"), ABLE);
  match(found?.seen ?? "", /a limit of 1024000 for data/);
});

Deno.test("doctor has nothing to say of usual limits, and of a daemon that has ended", () => {
  deepEqual(limitFindings("libvirtd", limited("Max stack size", "8388608", "unlimited"), WEAK), []);
  deepEqual(limitFindings("libvirtd", "", ""), []);
});
