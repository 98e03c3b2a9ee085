/** Checkpoints, programs and callers with which a call starts plainly, and is as right as ever. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { addCheckpoint, checkpointOf, HAS_CHECKPOINTS, restoringHost, takeCheckpoint } from "./checkpoint.ts";
import { ENVIRONMENT, exists, Host, pause, PROGRAM, type RunOptions } from "./support.ts";

const CALL = ["v1", "prepare", "begin", "-"];
const ignore = !HAS_CHECKPOINTS;

/** Makes a call that must be right; gives whether it was restored. */
async function call(host: Host, what = "", options?: RunOptions & { script?: string; to?: string }) {
  const before = host.records().length;
  const { script = `exec "$@"`, to } = options ?? {};
  const link = host.hookLink(to === undefined ? "qemu" : `to-${dirname(to).replaceAll("/", "-")}/qemu`, to);
  const ended = await host.inside(script, [link, ...CALL], options);
  assert.deepEqual([ended.code, ended.signal, ended.stdout, ended.stderr], [0, null, "", ""], what);
  const records = host.records();
  assert.equal(records.length, before + 1, what);
  assert.deepEqual(records.at(-1)?.handlers.map(({ name, outcome }) => [name, outcome]), [[
    "10-a",
    "success",
  ]], what);
  return records.at(-1)?.restored === true;
}

/** Whether one of a few calls is restored: memory may be in the way of one, hardly of all. */
async function isRestored(host: Host, options?: RunOptions & { to?: string }): Promise<boolean> {
  for (let i = 0; i < 4; i++) if (await call(host, "", options)) return true;
  return false;
}

/** A host whose calls are restored, with a handler. */
async function readyHost(): Promise<Host> {
  const host = await restoringHost();
  host.handler("10-a", "on: [qemu/prepare]", "host.log.info(event.name);");
  return host;
}

Deno.test("a checkpoint that is cut short, foreign, not root's alone or no file at all is passed over", {
  ignore,
}, async () => {
  using host = await readyHost();
  assert.ok(await isRestored(host));
  const file = checkpointOf(host);
  const whole = Deno.readFileSync(file);
  const write = (bytes: Uint8Array) => Deno.writeFileSync(file, bytes, { mode: 0o600 });
  const changed = (at: number, length: number) => {
    const bytes = whole.slice();
    crypto.getRandomValues(bytes.subarray(at, at + length));
    return bytes;
  };
  const elsewhere = join(host.state, "real");
  const spoil: [what: string, act: () => void][] = [
    ["an empty file", () => write(new Uint8Array())],
    ...[1, 15, 16, 40, 63, 64, 4096].map((size): [string, () => void] => [
      `${size} bytes of it`,
      () => write(whole.subarray(0, size)),
    ]),
    ...[1, 2, 3, 4, 5, 6, 7].map((eighths): [string, () => void] => [
      `${eighths} eighths of it`,
      () => write(whole.subarray(0, Math.floor(whole.length / 8) * eighths)),
    ]),
    ["all but a byte", () => write(whole.subarray(0, -1))],
    ["a byte more", () => {
      const more = new Uint8Array(whole.length + 1);
      more.set(whole);
      write(more);
    }],
    ["garbage of its size", () => write(changed(0, 65_536))],
    ["another build's tag", () => write(changed(0, 16))],
    ["a tag whose end is another's", () => write(changed(8, 8))],
    ["another size", () => write(changed(16, 8))],
    ["zeros of its size", () => write(new Uint8Array(whole.length))],
    ["another's file", () => {
      write(whole);
      Deno.chownSync(file, 1000, 1000);
    }],
    ...[0o644, 0o640, 0o400, 0o700, 0o622, 0o4600].map((mode): [string, () => void] => [
      `a file of mode ${mode.toString(8)}`,
      () => {
        write(whole);
        Deno.chmodSync(file, mode);
      },
    ]),
    ["a symbolic link to it", () => {
      Deno.writeFileSync(elsewhere, whole, { mode: 0o600 });
      Deno.symlinkSync("real", file);
    }],
    ["a link that leads nowhere", () => Deno.symlinkSync("nowhere", file)],
    ["a directory", () => Deno.mkdirSync(file, { mode: 0o600 })],
    ["none", () => {}],
  ];
  for (const [what, act] of spoil) {
    Deno.removeSync(file, { recursive: true });
    act();
    assert.ok(!await call(host, what), `restored from ${what}`);
    if (what.includes("nowhere") || what === "none") write(whole);
  }
  await remake(host);
  const fifo = await host.inside(
    `rm -r /run/hookvisor/checkpoint; mkfifo -m 600 /run/hookvisor/checkpoint; exec "$@"`,
    [
      host.hookLink(),
      ...CALL,
    ],
    { giveUpMs: 10_000 },
  );
  assert.equal(fifo.code, 0, "a FIFO");
  await remake(host);
  assert.ok(await isRestored(host), "the checkpoint itself is not");
});

/** Gives a host the checkpoint anew. */
async function remake(host: Host): Promise<void> {
  Deno.removeSync(checkpointOf(host), { recursive: true });
  await addCheckpoint(host);
}

Deno.test(
  "a program that was changed, replaced or taken away in the meantime starts plainly",
  { ignore },
  async () => {
    using host = new Host();
    host.handler("10-a", "on: [qemu/prepare]", "host.log.info(event.name);");
    const to = join(host.scratch(), "hookvisor");
    Deno.copyFileSync(PROGRAM, to);
    const take = async () => {
      const { code, stderr } = await host.inside(`exec "$@"`, [to, "checkpoint"]);
      assert.equal(code, 0, stderr);
      assert.ok(await isRestored(host, { to }));
    };
    await take();
    await pause(20);
    Deno.chmodSync(to, 0o755);
    assert.ok(!await call(host, "touched", { to }), "touched");
    await take();
    Deno.copyFileSync(to, `${to}.new`);
    Deno.renameSync(`${to}.new`, to);
    assert.ok(!await call(host, "replaced by a copy", { to }), "replaced by a copy");
    // PROGRAM is of the same build.
    await take();
    Deno.removeSync(to);
    assert.ok(!await call(host, "gone", { to: PROGRAM }), "gone");
  },
);

Deno.test(
  "a call of another user than root starts plainly, and has no checkpoint taken",
  { ignore },
  async () => {
    using host = await readyHost();
    // The host's folder is its owner's only.
    Deno.chmodSync(host.folder, 0o755);
    for (const folder of [host.log, host.state]) Deno.chownSync(folder, 65534, 65534);
    Deno.removeSync(join(host.state, "checkpoint.tried"));
    const script = `exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"`;
    assert.ok(!await call(host, "", { script, to: "/mnt/dist/hookvisor" }));
    await pause(1_000);
    assert.ok(!exists(join(host.state, "checkpoint.tried")), "it was tried");
    assert.ok(!exists(join(host.state, "checkpoint.lock")), "it was tried");
  },
);

Deno.test(
  "HOOKVISOR_START in the environment, whatever it says, makes a call start plainly",
  { ignore },
  async () => {
    using host = await readyHost();
    assert.ok(await isRestored(host));
    for (const value of ["plain", "", "restored"]) {
      assert.ok(!await call(host, value, { env: { ...ENVIRONMENT, HOOKVISOR_START: value } }), value);
    }
    assert.ok(
      await isRestored(host, { env: { ...ENVIRONMENT, XHOOKVISOR_START: "plain" } }),
    );
  },
);

Deno.test(
  "a checkpoint is another boot's when the kernel has another name for this one",
  { ignore },
  async () => {
    using host = await readyHost();
    assert.ok(await isRestored(host));
    const script = `echo 00000000-0000-4000-8000-000000000000 > /tmp/boot
mount --bind /tmp/boot /proc/sys/kernel/random/boot_id && exec "$@"`;
    assert.ok(!await call(host, "", { script }));
  },
);

Deno.test(
  "without a place for its state the program says that there can be no checkpoint, and calls are right",
  {
    ignore,
  },
  async () => {
    using host = new Host();
    host.handler("10-a", "on: [qemu/prepare]", "host.log.info(event.name);");
    Deno.chmodSync(host.state, 0o777);
    const { code, stderr } = await takeCheckpoint(host);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^hookvisor checkpoint: no checkpoint was created, so hook calls start plainly: \/run\/hookvisor is writable by other users/,
    );
    assert.ok(!exists(checkpointOf(host)));
    assert.ok(!await call(host));
  },
);
