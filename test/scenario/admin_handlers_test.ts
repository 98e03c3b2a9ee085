import assert from "node:assert/strict";
import { handler, World } from "./admin_world.ts";

Deno.test("new makes a handler that check has nothing against, and never overwrites one", () => {
  using world = new World();
  const first = world.admin("new", "20-vfio", "--recipe", "vfio-guard");
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /run qemu\/start --dry-run/);
  assert.equal(world.admin("check", "--strict").code, 0);
  const text = world.read("config/handlers/20-vfio.js");
  const again = world.admin("new", "20-vfio");
  assert.equal(again.code, 1);
  assert.match(again.stderr, /20-vfio\.js already exists and was not changed/);
  assert.equal(world.read("config/handlers/20-vfio.js"), text);
});

Deno.test("new takes a name without digits, another operation, and refuses what cannot be", () => {
  using world = new World();
  assert.equal(world.admin("new", "hello", "--on", "network/*").code, 0);
  assert.match(world.read("config/handlers/50-hello.js"), /^\/\/ on: \["network\/\*"\]$/m);
  for (const args of [["a/b"], ["x", "--on", "qemu/strat"], ["x", "--recipe", "nope"]]) {
    assert.equal(world.admin("new", ...args).code, 2, args.join(" "));
  }
});

Deno.test("list tells order, state and purpose; show tells what a hook call would use", () => {
  using world = new World();
  world.write(
    "20-b.js",
    handler("on: [qemu/prepare]\ndescription: second\noptions: {size: 1}\ntimeout: 5s", ""),
  );
  world.write("10-a.js", handler("on: [qemu/prepare]\ndescription: first", ""));
  world.write("config/config.yaml", "options:\n  20-b: {size: 7}\nonFailure: {qemu/prepare: ignore}\n");
  const list = world.admin("list");
  assert.equal(list.code, 0, list.stderr);
  assert.match(list.stdout, /10-a +ready +qemu\/prepare +first\n20-b +ready +qemu\/prepare +second\n/);
  const show = world.admin("show", "20-b");
  assert.match(show.stdout, /options +size: 7 \(config\.yaml:2\)\n/);
  assert.match(show.stdout, /operations +qemu\/prepare: at most 5s, a failure is ignored\n/);
  world.write("30-c.js", "no manifest");
  const broken = world.admin("list", "--json");
  assert.equal(broken.code, 1);
  assert.deepEqual(JSON.parse(broken.stdout).map((one: { state: string }) => one.state), [
    "ready",
    "ready",
    "broken",
  ]);
  const near = world.admin("show", "20-c");
  assert.equal(near.code, 1);
  assert.match(near.stderr, /no handler "20-c"; did you mean/);
});

Deno.test("types writes handler.d.ts beside the handlers, and says so when it is there already", () => {
  using world = new World();
  assert.equal(world.admin("types").code, 0);
  assert.equal(
    world.read("config/handlers/handler.d.ts"),
    Deno.readTextFileSync(new URL("../../handlers/handler.d.ts", import.meta.url)),
  );
  assert.match(world.admin("types").stdout, /is up to date/);
});

Deno.test("where the policy wants approval, list, check and doctor tell which handler has none", () => {
  using world = new World();
  world.write("10-a.js", handler("on: [qemu/prepare]", ""));
  world.write("config/config.yaml", "policy: {approval: required}\n");
  assert.match(world.admin("list").stdout, /10-a +unapproved /);
  assert.match(world.admin("check").stdout, /10-a\.js: error: the handler is not approved/);
  assert.match(world.admin("doctor").stdout, /10-a is invalid: the handler is not approved/);
  assert.equal(world.admin("approve", "10-a").code, 0);
  assert.match(world.admin("list").stdout, /10-a +ready /);
  assert.equal(world.admin("check").code, 0);
});
