import assert from "node:assert/strict";
import { grantOf } from "./support.ts";
import { parseConfig } from "../../src/site/parse_config.ts";

Deno.test("an empty manifest grants nothing, and every refusal says which line to add", () => {
  const grant = grantOf({});
  const refusals: [ReturnType<typeof grant.refuseRead>, RegExp, RegExp][] = [
    [grant.refuseExec("id", ["-u"]), /exec id -u is not allowed/, /allow\.exec in 10-a: - id -u/],
    [
      grant.refuseExec("virsh", ["nodedev-detach", "pci_0000_01_00_0"]),
      /not allowed/,
      /^virsh .*managed='yes'/,
    ],
    [
      grant.refuseRead("/etc/passwd"),
      /reading \/etc\/passwd is not allowed/,
      /allow\.read in 10-a: - \/etc\/passwd/,
    ],
    [grant.refuseWrite("/etc/passwd"), /writing/, /allow\.write/],
    [grant.refuseRunAs("alice"), /as "alice" is not allowed/, /allow\.runAs in 10-a: - alice/],
    [grant.refuseEnv(["A"]), /variable A is not allowed/, /allow\.env in 10-a: - A/],
  ];
  for (const [refusal, message, hint] of refusals) {
    assert.match(refusal?.message ?? "", message);
    assert.match(refusal?.hint ?? "", hint);
  }
});

Deno.test("what may be written may be read, and not the other way round", () => {
  const grant = grantOf({ read: ["/a/*"], write: ["/b/*"] });
  assert.equal(grant.refuseRead("/a/x"), undefined);
  assert.equal(grant.refuseRead("/b/x"), undefined);
  assert.equal(grant.refuseWrite("/b/x"), undefined);
  assert.ok(grant.refuseWrite("/a/x"));
  assert.ok(grant.refuseRead("/b/x/y"));
  assert.ok(grant.refuseRead("/b/../etc"));
});

Deno.test("the site's policy is over the manifest, by another name of the program too", () => {
  const { config } = parseConfig("config.yaml", "policy: {deny: {exec: [rm], write: [/b/no]}}");
  const grant = grantOf({ exec: ["rm *", "/usr/bin/rm *", "busybox ..."], write: ["/b/*"] }, config.policy);
  assert.equal(grant.refuseExec("rm", ["x"]), undefined);
  assert.match(grant.refuseByPolicy("rm", ["x"], "/usr/bin/rm")?.hint ?? "", /policy\.deny\.exec/);
  assert.ok(grant.refuseByPolicy("/opt/link", ["x"], "/usr/bin/rm"));
  assert.ok(grant.refuseByPolicy("virsh", ["list"], "/usr/bin/virsh"));
  assert.ok(grant.refuseByPolicy("innocent", [], "/usr/bin/virsh"));
  assert.match(grant.refuseWrite("/b/no")?.hint ?? "", /policy\.deny\.write/);
  assert.equal(grant.refuseWrite("/b/yes"), undefined);
});
