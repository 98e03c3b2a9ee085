import assert from "node:assert/strict";
import { grantWarnings } from "../../src/cli/grant_warnings.ts";
import type { Allow, Located } from "../../src/manifest/manifest.ts";
import { allowNothing } from "../../src/manifest/parse_allow.ts";

function warned(key: "exec" | "read" | "write" | "env", value: string): string | undefined {
  const located: Located<string> = { value, line: 3, column: 5 };
  const allow: Allow = { ...allowNothing(), [key]: [located] };
  const [issue, ...rest] = grantWarnings("10-a.js", allow);
  assert.deepEqual(rest, []);
  if (issue !== undefined) assert.deepEqual([issue.severity, issue.line, issue.column], ["warning", 3, 5]);
  return issue?.message;
}

Deno.test("grantWarnings() warns of every rule that is as good as allowing everything", () => {
  const rules: [Parameters<typeof warned>[0], string][] = [
    ["exec", "sh"],
    ["exec", "/bin/bash /usr/local/bin/x.sh"],
    ["exec", "python3 -c *"],
    ["exec", "/usr/bin/perl ..."],
    ["exec", "env * ..."],
    ["exec", "xargs ..."],
    ["exec", "find / ..."],
    ["exec", "systemctl *"],
    ["exec", "systemctl ..."],
    ["exec", "systemctl * nfs.service"],
    ["exec", "cp * *"],
    ["exec", "rm -rf *"],
    ["exec", "modprobe *"],
    ["write", "/etc/**"],
    ["write", "/**"],
    ["write", "/usr/bin/*"],
    ["write", "/root/**"],
    ["write", "/etc/hookvisor/handlers/*"],
    ["write", "/etc/passwd"],
    ["write", "/proc/sys/kernel/*"],
    ["write", "/dev/*"],
    ["read", "/**"],
    ["read", "/etc/*"],
    ["read", "/root/.ssh/*"],
    ["env", "LD_PRELOAD"],
    ["env", "PATH"],
    ["env", "PYTHONPATH"],
  ];
  for (const [key, rule] of rules) assert.ok(warned(key, rule), `${key} ${rule}`);
});

Deno.test("grantWarnings() has nothing against rules that say what they mean", () => {
  const rules: [Parameters<typeof warned>[0], string][] = [
    ["exec", "systemctl restart nfs.service"],
    ["exec", "systemctl set-property --runtime -- *.slice AllowedCPUs=*"],
    ["exec", "systemctl --no-block start backup@*.service"],
    ["exec", "ip link set * up"],
    ["exec", "modprobe vfio-pci"],
    ["exec", "nproc"],
    ["exec", "rm -f /run/lock/guest"],
    ["write", "/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor"],
    ["write", "/etc/dnsmasq.d/guest.conf"],
    ["write", "/var/lib/guests/**"],
    ["read", "/proc/meminfo"],
    ["read", "/sys/**"],
    ["env", "DISPLAY"],
  ];
  for (const [key, rule] of rules) assert.equal(warned(key, rule), undefined, `${key} ${rule}`);
});
