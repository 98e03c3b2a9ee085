import assert from "node:assert/strict";
import { tellingLine } from "../../src/base/telling_line.ts";

/** Printed by nftables 1.0.6, iptables 1.8.9, iproute2 6.1.0, coreutils 9.1, systemd 252 and Python 3.11 of Debian 12. */
const PRINTED: [output: string, telling: string][] = [
  [
    "Error: Could not process rule: No such file or directory\nadd rule inet nosuch x accept\n              ^^^^^^\n",
    "Error: Could not process rule: No such file or directory",
  ],
  [
    "Error: syntax error, unexpected newline\nadd rul x\n         ^\n",
    "Error: syntax error, unexpected newline",
  ],
  [
    "iptables v1.8.9 (nf_tables): unknown option \"--foo\"\nTry `iptables -h' or 'iptables --help' for more information.\n",
    'iptables v1.8.9 (nf_tables): unknown option "--foo"',
  ],
  ['Cannot find device "nosuch"\n', 'Cannot find device "nosuch"'],
  [
    "rmdir: failed to remove '/nosuch': No such file or directory\n",
    "rmdir: failed to remove '/nosuch': No such file or directory",
  ],
  [
    "System has not been booted with systemd as init system (PID 1). Can't operate.\nFailed to connect to bus: Host is down\n",
    "Failed to connect to bus: Host is down",
  ],
  [
    'Traceback (most recent call last):\n  File "<string>", line 1, in <module>\nValueError: it failed\n',
    "ValueError: it failed",
  ],
];

/** Made up, after what systemctl, kmod and docker say where they run; the rest is for the rules themselves. */
const MADE_UP: [output: string, telling: string][] = [
  [
    'Job for sddm.service failed because the control process exited with error code.\nSee "systemctl status sddm.service" and "journalctl -xeu sddm.service" for details.\n',
    "Job for sddm.service failed because the control process exited with error code.",
  ],
  ["modprobe: FATAL: Module nvidia is in use.\n", "modprobe: FATAL: Module nvidia is in use."],
  [
    "docker: Error response from daemon: no such network.\nSee 'docker run --help'.\n",
    "docker: Error response from daemon: no such network.",
  ],
  ["Usage: foo [options]\n", "Usage: foo [options]"],
  [
    'Traceback (most recent call last):\n    raise ValueError("it failed")\nValueError: it failed\n',
    "ValueError: it failed",
  ],
  ["one\ntwo\n\n", "two"],
];

Deno.test("tellingLine() finds the line that says why, whatever points at it or says where to read on", () => {
  for (const [output, telling] of [...PRINTED, ...MADE_UP]) assert.equal(tellingLine(output), telling);
  assert.equal(tellingLine(" \n"), undefined);
  assert.equal(tellingLine("x".repeat(1000))?.length, 500);
});
