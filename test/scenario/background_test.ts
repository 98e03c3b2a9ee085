import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { HookRecord } from "../../src/records/record.ts";
import { fixture, Host, type Words } from "./support.ts";

const STARTED: Words = ["qemu", "v1", "started", "begin", "-"];
const XML = fixture("9.0.0/003-qemu-prepare");

/** The record of what ran in the background, when it has ended. */
async function outcome(host: Host, of: HookRecord): Promise<HookRecord> {
  for (let i = 0; i < 200; i++) {
    const found = host.records().find(({ background }) => background === of.id);
    if (found !== undefined) return found;
    await new Promise((wake) => setTimeout(wake, 50));
  }
  throw new Error("the handler in the background left no record");
}

Deno.test("a handler in the background holds nobody up, gets the XML, and its outcome is recorded", async () => {
  using host = new Host();
  const folder = host.scratch();
  host.handler(
    "10-slow",
    `on: [qemu/started]\nmode: background\nallow: {write: ["${folder}/*"]}`,
    `await host.waitFor(() => host.fs.exists("${folder}/go"));
     await host.fs.write("${folder}/out", event.operation + " " + event.domain.name + " " + event.uuid);`,
  );
  const { code } = await host.hook(STARTED, { stdin: XML });
  assert.equal(code, 0);
  const call = host.record();
  assert.deepEqual(call.handlers.map(({ name, outcome, background }) => [name, outcome, background]), [
    ["10-slow", "success", true],
  ]);
  Deno.writeTextFileSync(join(folder, "go"), "");
  const late = await outcome(host, call);
  assert.deepEqual(late.handlers.map(({ name, outcome }) => [name, outcome]), [["10-slow", "success"]]);
  assert.equal(late.caller, call.caller);
  assert.match(Deno.readTextFileSync(join(folder, "out")), /^started \S+ [0-9a-f-]{36}$/);
});

Deno.test("its deadline is background.timeout of config.yaml, and its failure changes no verdict", async () => {
  using host = new Host();
  host.file("config.yaml", "background: {timeout: 400ms}\n");
  host.handler("10-slow", "on: [qemu/started]\nmode: background", "for (;;);");
  host.handler("20-fast", "on: [qemu/started]", "");
  assert.equal((await host.hook(STARTED, { stdin: XML })).code, 0);
  const call = host.record();
  assert.equal(call.verdict, "success");
  const late = await outcome(host, call);
  assert.deepEqual(late.handlers.map(({ name, outcome }) => [name, outcome]), [["10-slow", "timeout"]]);
  assert.ok(late.ms < 2000, `${late.ms} ms`);
});

Deno.test("libvirt's clients run in the background where the manifest asks, but not at the undo, and that is said at once", async () => {
  using host = new Host();
  const virsh = join(host.scratch(), "virsh");
  Deno.writeTextFileSync(virsh, "#!/bin/sh\necho listed\n");
  Deno.chmodSync(virsh, 0o755);
  host.handler(
    "10-list",
    `on: [qemu/started]\nmode: background\nallow: {exec: ["${virsh} list", "true"], libvirtClients: true}`,
    `host.log.info((await host.exec("${virsh}", ["list"])).stdout);
     const tell = (call) => call.then(() => host.log.info("held"), (e) => host.log.info(String(e) + e.hint));
     await tell(host.undo("${virsh}", ["list"]));
     await tell(host.undo("true", [], { onlyIf: ["${virsh}", "list"] }));`,
  );
  const said = async () => {
    assert.equal((await host.hook(STARTED, { stdin: XML })).code, 0);
    const late = await outcome(host, host.record());
    return late.handlers[0]!.calls.filter(({ call }) => call === "log").map(({ what }) => what);
  };
  const [ran, ...refused] = await said();
  assert.match(ran!, /listed/);
  assert.equal(refused.length, 2);
  for (const one of refused) {
    assert.match(
      one,
      /^NotAllowed: .*virsh list is denied when it is undone, because libvirt waits for the hook/,
    );
  }
  host.file("config.yaml", "policy: {libvirtClients: allow}\n");
  assert.deepEqual((await said()).slice(1), ["held", "held"]);
});

Deno.test("it has a session of its own, none of libvirt's descriptors, and the program's name", async () => {
  using host = new Host();
  const folder = host.scratch();
  host.handler(
    "10-look",
    `on: [qemu/started]\nmode: background\nallow: {write: ["${folder}/*"], exec: [sh -c *]}`,
    `const {stdout} = await host.exec("sh", ["-c", "ls -l /proc/$PPID/fd; ps -o sid= -p $PPID; echo $PPID; ps -o comm=,args= -p $PPID"]);
     await host.fs.write("${folder}/out", stdout);`,
  );
  await host.hook(STARTED, { stdin: XML });
  const late = await outcome(host, host.record());
  assert.equal(late.verdict, "success", late.reason);
  const out = Deno.readTextFileSync(join(folder, "out"));
  const [sid, pid] = out.trim().split("\n").slice(-3).map((word) => word.trim());
  assert.equal(sid, pid);
  assert.match(out, /^hookvisor +hookvisor hook --config-dir=/m);
  assert.match(out, / 0 -> \/memfd:/);
  assert.match(out, / 1 -> \/dev\/null\n.* 2 -> \/dev\/null\n/s);
});

Deno.test("what it sets after the guest has gone comes back", async () => {
  using host = new Host();
  const folder = host.scratch();
  Deno.writeTextFileSync(join(folder, "a"), "old");
  host.handler(
    "10-late",
    `on: [qemu/started]\nmode: background\nallow: {write: ["${folder}/*"]}`,
    `await host.waitFor(() => host.fs.exists("${folder}/go"));
     await host.fs.set("${folder}/a", "new");`,
  );
  await host.hook(STARTED, { stdin: XML });
  const call = host.record();
  await host.hook(["qemu", "v1", "release", "end", "-"], { stdin: XML });
  Deno.writeTextFileSync(join(folder, "go"), "");
  const late = await outcome(host, call);
  assert.equal(late.undone?.[0]?.ok, true);
  assert.equal(Deno.readTextFileSync(join(folder, "a")), "old");
});

for (const signal of ["SIGTERM", "SIGKILL"] as const) {
  Deno.test(`one that ${signal} ended is recorded as killed at the next call, once; one that runs is not`, async () => {
    using host = new Host();
    const folder = host.scratch();
    host.handler(
      "10-waits",
      `on: [qemu/started]\nmode: background\nallow: {write: ["${folder}/*"], exec: [sh -c *]}`,
      `const {stdout} = await host.exec("sh", ["-c", "echo $PPID"]);
       await host.fs.write("${folder}/" + event.name, stdout);
       await host.waitFor(() => host.fs.exists("${folder}/go"));`,
    );
    const begin = async (guest: string) => {
      await host.hook(["qemu", guest, "started", "begin", "-"], { stdin: XML });
      while (!existsSync(join(folder, guest))) await new Promise((wake) => setTimeout(wake, 20));
      const call = host.records().find(({ object, background }) =>
        object === guest && background === undefined
      )!;
      return { call, pid: Number(Deno.readTextFileSync(join(folder, guest))) };
    };
    const killed = await begin("killed");
    const runs = await begin("runs");
    Deno.kill(killed.pid, signal);
    while (isRunning(killed.pid)) await new Promise((wake) => setTimeout(wake, 20));
    for (const operation of ["start", "shutdown"]) {
      await host.hook(["daemon", "-", operation, "-", operation]);
    }
    const late = host.records().filter(({ background }) => background !== undefined);
    assert.deepEqual(late.map(({ object, background }) => [object, background]), [[
      "killed",
      killed.call.id,
    ]]);
    assert.equal(late[0]!.verdict, "ignore");
    const [entry] = late[0]!.handlers;
    assert.deepEqual([entry?.name, entry?.outcome], ["10-waits", "resources"]);
    assert.match(entry!.message!, /killed/);
    Deno.writeTextFileSync(join(folder, "go"), "");
    assert.equal((await outcome(host, runs.call)).handlers[0]?.outcome, "success");
    await host.hook(["daemon", "-", "start", "-", "start"]);
    assert.equal(host.records().filter(({ background }) => background !== undefined).length, 2);
  });
}

/** A zombie has ended: nobody waits for it here. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}
