import assert from "node:assert/strict";
import { Host } from "./support.ts";

const UUID = "3d2f5a10-0000-4000-8000-0123456789ab";
const DOMAIN = `<domain type='kvm'><name>v1</name><uuid>${UUID}</uuid></domain>`;

function ran(host: Host): string[] {
  return host.record().handlers.map((handler) => handler.name);
}

Deno.test("handlers run in byte order of their names, and backwards on teardown", async () => {
  using host = new Host();
  for (const name of ["20-b", "10-Z", "10-a", "99-z", "20-B", "05-x"]) {
    host.handler(name, `on: ["*/*"]`, "host.log.info(event.operation)");
  }
  const forwards = ["05-x", "10-Z", "10-a", "20-B", "20-b", "99-z"];
  const backwards = [...forwards].reverse();
  const table: [driver: string, operation: string, order: string[]][] = [
    ["qemu", "prepare", forwards],
    ["qemu", "started", forwards],
    ["qemu", "reconnect", forwards],
    ["qemu", "stopped", backwards],
    ["qemu", "release", backwards],
    ["lxc", "release", backwards],
    ["network", "start", forwards],
    ["network", "port-created", forwards],
    ["network", "port-deleted", backwards],
    ["network", "unplugged", backwards],
    ["network", "stopped", backwards],
    ["daemon", "start", forwards],
    ["daemon", "reload", forwards],
    ["daemon", "shutdown", backwards],
  ];
  for (const [driver, operation, order] of table) {
    await host.hook([driver, "v1", operation, "begin", "-"]);
    assert.deepEqual(ran(host), order, `${driver}/${operation}`);
  }
});

Deno.test("a failure that aborts keeps the rest from running; one that is ignored does not", async () => {
  using host = new Host();
  host.handler("10-a", `on: ["*/*"]`);
  host.handler("20-b", `on: ["*/*"]`, `host.fail("no")`);
  host.handler("30-c", `on: ["*/*"]`);
  assert.equal((await host.hook(["qemu", "v1", "start", "begin", "-"])).code, 1);
  assert.deepEqual(ran(host), ["10-a", "20-b"]);
  assert.equal((await host.hook(["qemu", "v1", "started", "begin", "-"])).code, 0);
  assert.deepEqual(ran(host), ["10-a", "20-b", "30-c"]);
  assert.equal(host.record().verdict, "ignore");
  assert.equal((await host.hook(["qemu", "v1", "release", "end", "-"])).code, 0);
  assert.deepEqual(ran(host), ["30-c", "20-b", "10-a"]);
});

Deno.test("handlers share nothing: each has an engine of its own", async () => {
  using host = new Host();
  host.handler("10-a", `on: [qemu/start]`, `globalThis.left = 1; Object.prototype.left = 2;`);
  host.handler(
    "20-b",
    `on: [qemu/start]`,
    `if (typeof left !== "undefined" || {}.left) host.fail("it shows")`,
  );
  assert.equal((await host.hook(["qemu", "v1", "start", "begin", "-"])).code, 0);
});

Deno.test("guests chooses by name and by UUID", async () => {
  using host = new Host();
  host.handler("10-name", `on: ["*/*"]\nguests: [v1, "game-*"]`);
  host.handler("20-uuid", `on: ["*/*"]\nguests: ["uuid:${UUID.toUpperCase()}"]`);
  host.handler("30-none", `on: ["*/*"]\nguests: [other]`);
  const table: [name: string, xml: string, ran: string[]][] = [
    ["v1", DOMAIN, ["10-name", "20-uuid"]],
    ["game-7", DOMAIN, ["10-name", "20-uuid"]],
    ["v2", DOMAIN, ["20-uuid"]],
    ["v2", DOMAIN.replace("3d2f5a10", "00000000"), []],
    ["other", DOMAIN.replace("3d2f5a10", "00000000"), ["30-none"]],
  ];
  for (const [name, stdin, names] of table) {
    const ended = await host.hook(["qemu", name, "start", "begin", "-"], { stdin });
    assert.equal(ended.code, 0);
    assert.deepEqual(ran(host), names, name);
  }
});

Deno.test("networks chooses networks, and guests the owner of a port, in both forms of hook data", async () => {
  using host = new Host();
  host.handler("10-net", `on: ["network/*"]\nnetworks: [def*]`);
  host.handler("20-guest", `on: [network/port-created]\nguests: [v1]`);
  const network = "<network><name>default</name></network>";
  const now =
    `<hookData>${network}<networkport><owner><name>v1</name><uuid>${UUID}</uuid></owner></networkport></hookData>`;
  const older =
    `<hookData>${network}<domain type='kvm' id='1'><name>v1</name><uuid>${UUID}</uuid></domain></hookData>`;
  for (const stdin of [now, older]) {
    await host.hook(["network", "default", "port-created", "begin", "-"], { stdin });
    assert.deepEqual(ran(host), ["10-net", "20-guest"]);
    await host.hook(["network", "other", "port-created", "begin", "-"], { stdin });
    assert.deepEqual(ran(host), ["20-guest"]);
    await host.hook(["network", "default", "plugged", "begin", "-"], { stdin: stdin.replaceAll("v1", "v2") });
    assert.deepEqual(ran(host), ["10-net"]);
  }
});

Deno.test("config.yaml overrides a handler's options, each by itself", async () => {
  using host = new Host();
  host.handler(
    "10-a",
    "on: [qemu/start]\noptions:\n  cpus: 0-1\n  deep: {a: 1, b: [2]}\n  kept: true",
    `host.log.info("options", host.options)`,
  );
  await host.hook(["qemu", "v1", "start", "begin", "-"]);
  assert.deepEqual(host.record().handlers[0]?.calls[0]?.fields, {
    cpus: "0-1",
    deep: { a: 1, b: [2] },
    kept: true,
  });
  host.file("config.yaml", "options:\n  10-a:\n    cpus: 4-7\n");
  await host.hook(["qemu", "v1", "start", "begin", "-"]);
  assert.deepEqual(host.record().handlers[0]?.calls[0]?.fields, {
    cpus: "4-7",
    deep: { a: 1, b: [2] },
    kept: true,
  });
  host.file("config.yaml", "options:\n  10-a:\n    cpu: 4-7\n");
  const ended = await host.hook(["qemu", "v1", "start", "begin", "-"]);
  assert.equal(ended.code, 1);
  assert.match(ended.stderr, /config\.yaml:3:5: .*cpu.*cpus/);
});
