import assert from "node:assert/strict";
import type { Manifest } from "../../src/manifest/manifest.ts";
import { type MatchCall, matchManifest } from "../../src/manifest/match.ts";
import { orderHandlers } from "../../src/site/order.ts";
import { allowNothing } from "../../src/manifest/parse_allow.ts";

const at = (value: string) => ({ value, line: 1, column: 1 });

function manifest(on: string[], filters: { guests?: string[]; networks?: string[] } = {}): Manifest {
  return {
    description: "",
    on: on.map(at),
    ...(filters.guests ? { guests: filters.guests.map(at) } : {}),
    ...(filters.networks ? { networks: filters.networks.map(at) } : {}),
    mode: "wait",
    state: "release",
    allow: allowNothing(),
    options: {},
  };
}

const UUID = "3d2f5a10-0000-4000-8000-0123456789AB";

Deno.test("matchManifest() compares the operation with globs and older names", () => {
  const table: [on: string, driver: string, operation: string, matches: boolean][] = [
    ["qemu/prepare", "qemu", "prepare", true],
    ["qemu/prepare", "qemu", "start", false],
    ["qemu/prepare", "lxc", "prepare", false],
    ["qemu/*", "qemu", "prepare", true],
    ["*/start", "network", "start", true],
    ["*/start", "network", "started", false],
    ["*/*", "daemon", "reload", true],
    ["qemu/st*", "qemu", "stopped", true],
    ["q*/start", "qemu", "start", true],
    ["network/plugged", "network", "port-created", true],
    ["network/port-created", "network", "plugged", true],
    ["network/plug*", "network", "port-created", true],
    ["network/port-*", "network", "unplugged", true],
    ["qemu/plugged", "qemu", "port-created", false],
  ];
  for (const [on, driver, operation, matches] of table) {
    const found = matchManifest(manifest([on]), { driver, operation, name: "x" });
    assert.equal(found.matches, matches, `${on} with ${driver}/${operation}`);
    if (!found.matches) assert.equal(found.why, `on does not name ${driver}/${operation}`);
  }
});

Deno.test("matchManifest() compares the domain's name and UUID with guests", () => {
  const table: [guests: string[], name: string, matches: boolean][] = [
    [["win11"], "win11", true],
    [["win11"], "Win11", false],
    [["win11", "game-*"], "game-1", true],
    [["game-*"], "a game-1", false],
    [["*"], "--help", true],
    [["*"], "a b;$(id) 'q'", true],
    [["uuid:3d2f5a10-*"], "x", true],
    [["uuid:3D2F5A10-0000-4000-8000-0123456789ab"], "x", true],
    [["uuid:4*"], "x", false],
    [["uuid:*"], "uuid:*", true],
  ];
  for (const [guests, name, matches] of table) {
    for (const driver of ["qemu", "lxc", "libxl", "bhyve"]) {
      const call = { driver, operation: "start", name, uuid: () => UUID };
      assert.equal(
        matchManifest(manifest(["*/start"], { guests }), call).matches,
        matches,
        `${guests} ${name}`,
      );
    }
  }
});

Deno.test("matchManifest() reads the UUID only when a name does not decide", () => {
  let asked = 0;
  const uuid = () => {
    asked++;
    return undefined;
  };
  const call = { driver: "qemu", operation: "start", name: "a", uuid };
  assert.equal(matchManifest(manifest(["qemu/start"], { guests: ["uuid:*", "a"] }), call).matches, true);
  assert.equal(matchManifest(manifest(["qemu/start"], { guests: ["b"] }), call).matches, false);
  assert.equal(matchManifest(manifest(["qemu/stop"], { guests: ["uuid:*"] }), call).matches, false);
  assert.equal(asked, 0);
  assert.deepEqual(matchManifest(manifest(["qemu/start"], { guests: ["uuid:*"] }), call), {
    matches: false,
    why: 'guests does not match "a"',
  });
  assert.equal(asked, 1);
});

Deno.test("matchManifest() applies a filter only to what it speaks of", () => {
  const port = (owner?: MatchCall["owner"]): MatchCall => ({
    driver: "network",
    operation: "port-created",
    name: "default",
    ...(owner ? { owner } : {}),
  });
  const both = manifest(["*/*"], { guests: ["win*"], networks: ["default"] });
  const table: [call: MatchCall, matches: boolean][] = [
    [{ driver: "qemu", operation: "start", name: "win11" }, true],
    [{ driver: "qemu", operation: "start", name: "default" }, false],
    [{ driver: "network", operation: "started", name: "default" }, true],
    [{ driver: "network", operation: "started", name: "win11" }, false],
    [{ driver: "daemon", operation: "start", name: "-" }, true],
    [port(() => ({ name: "win11" })), true],
    [port(() => ({ name: "linux" })), false],
    [port(() => ({ uuid: UUID })), false],
    [port(() => undefined), false],
    [port(), false],
    [{ ...port(() => ({ name: "win11" })), operation: "plugged" }, true],
    [{ ...port(() => ({ name: "win11" })), name: "other" }, false],
  ];
  for (const [call, matches] of table) {
    assert.equal(matchManifest(both, call).matches, matches, JSON.stringify(call));
  }
  const byUuid = manifest(["network/*"], { guests: ["uuid:3d2f*"] });
  assert.equal(matchManifest(byUuid, port(() => ({ uuid: UUID }))).matches, true);
  assert.deepEqual(matchManifest(both, port(() => ({}))), {
    matches: false,
    why: "guests does not match a guest without a name",
  });
});

Deno.test("orderHandlers() orders by bytes, and backwards on teardown", () => {
  const names = ["20-b", "10-a", "9-z", "20-B", "10-a-b", "20-\u{1F600}", "20-\uFF5E", "20-é"];
  const ordered = ["10-a", "10-a-b", "20-B", "20-b", "20-é", "20-\uFF5E", "20-\u{1F600}", "9-z"];
  assert.deepEqual(orderHandlers(names, false), ordered);
  assert.deepEqual(orderHandlers(names, true), [...ordered].reverse());
  assert.equal(names[0], "20-b");
});
