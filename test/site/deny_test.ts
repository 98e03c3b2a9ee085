import assert from "node:assert/strict";
import type { Policy } from "../../src/site/config.ts";
import { parseConfig } from "../../src/site/parse_config.ts";
import { deniedExec, deniedPath, isLibvirtClient } from "../../src/site/deny.ts";
import { parseManifest } from "../../src/manifest/parse.ts";
import { policyIssues } from "../../src/site/policy_issues.ts";

function policy(text: string): Policy {
  const { config, issues } = parseConfig("config.yaml", `policy: ${text}`);
  assert.deepEqual(issues, []);
  return config.policy;
}

Deno.test("isLibvirtClient() knows clients by the last part of their path", () => {
  for (
    const client of ["virsh", "/usr/bin/virsh", "/opt/x/virt-install", "virt-xml", "virt-admin", "virt-clone"]
  ) {
    assert.ok(isLibvirtClient(client), client);
  }
  for (const other of ["virt-what", "virt-host-validate", "qemu-img", "/usr/virsh/x", "virsh2", ""]) {
    assert.ok(!isLibvirtClient(other), other);
  }
});

Deno.test("deniedExec() denies libvirt's clients under any name, and says why", () => {
  const deny = policy("{}");
  assert.match(deniedExec(deny, "virsh", ["list"]) ?? "", /^virsh is a client of libvirt, and libvirt waits/);
  assert.match(deniedExec(deny, "/usr/bin/virsh", []) ?? "", /client of libvirt/);
  assert.match(deniedExec(deny, "harmless", [], ["/usr/bin/virsh"]) ?? "", /^virsh is/);
  assert.equal(deniedExec(deny, "ip", ["link"], ["/usr/sbin/ip"]), undefined);
  assert.equal(deniedExec(policy("{libvirtClients: allow}"), "virsh", ["list"]), undefined);
});

Deno.test("deniedExec() denies broadly: any place, any further argument, anything for a star", () => {
  const table: [rule: string, call: string[], file: string, denied: boolean][] = [
    ["rm", ["rm"], "/usr/bin/rm", true],
    ["rm", ["rm", "-rf", "/"], "/usr/bin/rm", true],
    ["rm", ["/opt/rm", "x"], "/opt/rm", true],
    ["/usr/bin/rm", ["rm", "x"], "/usr/bin/rm", true],
    ["/usr/bin/rm", ["delete"], "/usr/bin/rm", true],
    ["rm -rf *", ["rm", "-rf", "-x\n", "y"], "/usr/bin/rm", true],
    ["rm -rf *", ["rm", "-rf", "../.."], "/usr/bin/rm", true],
    ["rm -rf *", ["rm", "-rf"], "/usr/bin/rm", false],
    ["rm -rf *", ["rm", "x"], "/usr/bin/rm", false],
    ["rm -rf ...", ["rm", "-rf"], "/usr/bin/rm", true],
    ["rm", ["rmdir"], "/usr/bin/rmdir", false],
  ];
  for (const [rule, [program = "", ...args], file, denied] of table) {
    const found = deniedExec(policy(`{deny: {exec: ["${rule}"]}}`), program, args, [file]);
    assert.equal(found !== undefined, denied, `${rule} with ${program} ${args}`);
    if (denied) {
      assert.equal(found, `the site's policy denies it: policy.deny.exec in config.yaml contains ${rule}`);
    }
  }
});

Deno.test("deniedPath() denies reading and writing by rules of their own, line ends included", () => {
  const deny = policy("{deny: {read: [/etc/shadow], write: [/etc/**]}}");
  assert.match(
    deniedPath(deny.deny.read, "read", "/etc/shadow") ?? "",
    /policy.deny.read in config.yaml contains \/etc\/shadow/,
  );
  assert.equal(deniedPath(deny.deny.read, "read", "/etc/hosts"), undefined);
  assert.ok(deniedPath(deny.deny.write, "write", "/etc/hosts"));
  assert.ok(deniedPath(deny.deny.write, "write", "/etc/a\nb"));
  assert.ok(deniedPath(deny.deny.write, "write", "/etc/a\nb/c"));
  assert.equal(deniedPath(deny.deny.write, "write", "/var/x"), undefined);
});

Deno.test("policyIssues() shows the rules of a manifest that can never take effect", () => {
  const source = `// ---
// on: [qemu/started]
// timeout: 20s
// allow:
//   exec:
//     - virsh list
//     - ip link
//     - /usr/bin/rm -rf *
//   write: [/etc/passwd, /run/x]
// ---`;
  const { manifest } = parseManifest("h.js", source);
  assert.ok(manifest);
  const check = (text: string) => {
    const { config } = parseConfig("config.yaml", text);
    return policyIssues("h.js", manifest, config).map(({ severity, line, column, message }) =>
      `${severity} ${line}:${column} ${message.split(" ").slice(0, 5).join(" ")}`
    );
  };
  assert.deepEqual(check(""), ["error 6:10 exec: virsh: virsh is a"]);
  assert.deepEqual(
    check("policy: {libvirtClients: allow, maxTimeout: 10s, deny: {exec: [rm], write: [/etc/**]}}"),
    [
      "warning 6:10 exec: virsh can deadlock with",
      "error 8:10 exec: /usr/bin/rm: the site's policy",
      "error 9:14 write: /etc/passwd: the site's policy",
    ],
  );
});
