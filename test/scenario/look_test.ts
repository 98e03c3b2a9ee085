import assert from "node:assert/strict";
import { handler, World } from "./admin_world.ts";

Deno.test("a dry run runs the commands that only look, folds repeats, and says what depends on a command that was not run", () => {
  using world = new World();
  world.write(
    "10-a.js",
    handler(
      "on: [qemu/prepare]\nallow: {exec: [touch *, echo *], look: [uname -s, 'test -e *']}",
      `const { stdout } = await host.exec("uname", ["-s"]);
       host.log.info(stdout.trim());
       await host.exec("touch", ["${world.root}/mark"]);
       const { code } = await host.exec("test", ["-e", "${world.root}/mark"], { check: false });
       host.log.info("there: " + code);
       await host.waitFor(async () => (await host.exec("echo", ["x"])).stdout !== "", { every: 5, timeout: 300 });`,
    ),
  );
  const { stdout } = world.admin("run", "qemu/prepare", "--dry-run", "--guest", "g");
  assert.match(stdout, /log info Linux/);
  assert.match(stdout, /log info there: 1/);
  assert.match(stdout, /10-a {2}run echo x \(\d+ times\)\n/);
  assert.equal(stdout.match(/run echo x/g)?.length, 1);
  assert.match(
    stdout,
    /what follows depends on what echo x says, a command that was\s+not run\) \(\d+ times\)/,
  );
  assert.doesNotMatch(stdout, /depends on what touch/, "nobody looked at what it said");
  assert.throws(() => Deno.statSync(`${world.root}/mark`));
  const real = world.admin("run", "qemu/prepare", "--guest", "g");
  assert.match(real.stdout, /log info there: 0/);
});

Deno.test("a handler in the background may call libvirt's clients when its manifest asks, and check does not warn", () => {
  using world = new World();
  const allow = "allow: {exec: [virsh list], libvirtClients: true}";
  world.write(
    "10-a.js",
    handler(`on: [qemu/started]\nmode: background\n${allow}`, `await host.exec("virsh", ["list"]);`),
  );
  const good = world.admin("check");
  assert.match(good.stdout, /1 handler, 0 errors, 0 warnings/);
  world.write("10-a.js", handler(`on: [qemu/started]\n${allow}`, ""));
  assert.match(world.admin("check").stdout, /error: allow\.libvirtClients is only for mode background/);
  world.write("10-a.js", handler("on: [qemu/started]\nmode: background\nallow: {exec: [virsh list]}", ""));
  assert.match(
    world.admin("check").stdout.replaceAll(/\s+/g, " "),
    /virsh is a client of libvirt.*allow: \{libvirtClients: true\}/,
  );
  world.write("10-a.js", handler(`on: [qemu/started]\nmode: background\n${allow}`, ""));
  world.write("config/config.yaml", "policy: {libvirtClients: deny}\n");
  assert.match(world.admin("check").stdout.replaceAll(/\s+/g, " "), /virsh is a client of libvirt/);
});

Deno.test("virsh nodedev-detach is answered with what libvirt does itself", () => {
  using world = new World();
  world.write(
    "10-a.js",
    handler(
      "on: [qemu/prepare]\nallow: {exec: [virsh nodedev-detach *]}",
      `await host.exec("virsh", ["nodedev-detach", "pci_0000_01_00_0"]);`,
    ),
  );
  assert.match(
    world.admin("check").stdout.replaceAll(/\s+/g, " "),
    /managed='yes'; where it has not, see the recipe pci-rebind/,
  );
});
