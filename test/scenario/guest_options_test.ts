import assert from "node:assert/strict";
import { domainXml, handler, World } from "./admin_world.ts";

const CONFIG = `options:
  10-a: {cpus: "2"}
guests:
  win11:
    10-a: {cpus: "4-7"}
  "game-*":
    10-a: {governor: powersave}
  "uuid:11111111-*":
    10-a: {cpus: "8"}
`;

function world(config = CONFIG): World {
  const world = new World();
  const manifest = "on: [qemu/prepare]\noptions: {cpus: 0-1, governor: performance}";
  world.write(
    "10-a.js",
    handler(manifest, "host.log.info(`${host.options.cpus} ${host.options.governor}`);"),
  );
  world.write("config/config.yaml", config);
  return world;
}

Deno.test("a handler has the options that config.yaml has for its guest, by name, glob and UUID", () => {
  using at = world();
  const options = (name: string) => {
    at.hook(["qemu", name, "prepare", "begin", "-"], domainXml(name));
    const record = JSON.parse(at.read("log/events.jsonl").trimEnd().split("\n").at(-1)!);
    return record.handlers[0].calls[0].what;
  };
  assert.equal(options("win11"), "4-7 performance");
  assert.equal(options("game-1"), "8 powersave", "the UUID of all these guests");
});

Deno.test("show and run say which options counted, and from which line", () => {
  using at = world();
  const show = at.admin("show", "10-a").stdout.replaceAll(/\s+/g, " ");
  assert.match(show, /cpus: "2" \(config\.yaml:2\)/);
  assert.match(show, /governor: "performance" cpus: "4-7" for win11 \(config\.yaml:5\)/);
  assert.match(show, /governor: "powersave" for game-\* \(config\.yaml:7\)/);
  const run = at.admin("run", "qemu/prepare", "--guest", "win11").stdout;
  assert.match(run, /option cpus: "4-7" \(config\.yaml:5, for win11\)/);
  assert.doesNotMatch(run, /option governor/, "a default is no news");
});

Deno.test("check finds what is wrong with the options of any guest, and a call fails only for that guest", () => {
  using at = world(
    `guests:\n  win11: {10-a: {cpu: "1"}}\n  "uuid:xyz": {10-a: {}}\n  other: {11-a: {x: 1}}\n`,
  );
  const { stdout } = at.admin("check");
  assert.match(stdout, /config\.yaml:3:9: error: "uuid:xyz" can match no UUID/);
  assert.match(stdout, /config\.yaml:2:18: error: 10-a has no option "cpu"/);
  assert.match(stdout, /config\.yaml:4:18: warning: options for "11-a", which is not a handler here/);
  at.write("config/config.yaml", `guests:\n  win11: {10-a: {cpu: "1"}}\n`);
  assert.equal(at.hook(["qemu", "linux", "prepare", "begin", "-"], domainXml("linux")).code, 0);
  const failed = at.hook(["qemu", "win11", "prepare", "begin", "-"], domainXml("win11"));
  assert.match(failed.stderr, /config\.yaml:2:18: 10-a has no option "cpu"/);
});
