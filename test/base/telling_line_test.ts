import assert from "node:assert/strict";
import { tellingLine } from "../../src/base/telling_line.ts";

/** What programs print, as they print it: nftables 1.0.6, iptables 1.8.9, systemd 252, iproute2, kmod 30, docker 20.10. */
const SAID: [output: string, telling: string][] = [
  [
    "Error: No such file or directory\nadd rule inet nosuch x accept\n         ^^^^^^\n",
    "Error: No such file or directory",
  ],
  ["Error: syntax error, unexpected string\nadd rul x\n    ^^^\n", "Error: syntax error, unexpected string"],
  [
    "iptables v1.8.9 (nf_tables): unknown option \"--foo\"\nTry `iptables -h' or 'iptables --help' for more information.\n",
    'iptables v1.8.9 (nf_tables): unknown option "--foo"',
  ],
  [
    'Job for sddm.service failed because the control process exited with error code.\nSee "systemctl status sddm.service" and "journalctl -xeu sddm.service" for details.\n',
    "Job for sddm.service failed because the control process exited with error code.",
  ],
  ["RTNETLINK answers: File exists\n", "RTNETLINK answers: File exists"],
  ["modprobe: FATAL: Module nvidia is in use.\n", "modprobe: FATAL: Module nvidia is in use."],
  [
    "docker: Error response from daemon: no such network.\nSee 'docker run --help'.\n",
    "docker: Error response from daemon: no such network.",
  ],
  ["Usage: foo [options]\n", "Usage: foo [options]"],
  [
    'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n    raise ValueError("it failed")\nValueError: it failed\n',
    "ValueError: it failed",
  ],
  ["one\ntwo\n\n", "two"],
];

Deno.test("tellingLine() finds the line that says why, whatever points at it or says where to read on", () => {
  for (const [output, telling] of SAID) assert.equal(tellingLine(output), telling);
  assert.equal(tellingLine(" \n"), undefined);
  assert.equal(tellingLine("x".repeat(1000))?.length, 500);
});
