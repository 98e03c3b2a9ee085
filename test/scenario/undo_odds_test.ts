import assert from "node:assert/strict";
import { join } from "node:path";
import { fixture, HAS_NAMESPACES, Host, pause, PROGRAM, run } from "./support.ts";

// What comes back where something else went wrong too: the daemon died meanwhile, the disk is full.
const XML = fixture("9.0.0/003-qemu-prepare");
const NEEDS = { ignore: !HAS_NAMESPACES || Deno.uid() !== 0 };

/** A file whose value a handler sets at `prepare`, after so many milliseconds. */
function setsLate(host: Host, ms: number): string {
  const file = join(host.scratch(), "value");
  Deno.writeTextFileSync(file, "old\n");
  host.handler(
    "10-set",
    `on: [qemu/prepare]\nallow: {write: ["${file}"]}`,
    `await host.sleep(${ms}); await host.fs.set("${file}", "new");`,
  );
  return file;
}

async function recordOf(host: Host) {
  for (let i = 0; i < 400; i++, await pause(50)) {
    const record = host.records().at(-1);
    if (record !== undefined) return record;
  }
  throw new Error("no record came");
}

for (const way of ["spelled out", "by a link, supervised"]) {
  Deno.test(`a value set after the daemon died comes back before the call ends: ${way}`, NEEDS, async () => {
    using host = new Host();
    const file = setsLate(host, 1_000);
    const folders = ["--config-dir", host.config, "--state-dir", host.state, "--log-dir", host.log];
    const isLink = way !== "spelled out";
    const call = isLink ? [host.hookLink()] : [PROGRAM, "hook", ...folders, "qemu"];
    // The daemon is a shell that dies as libvirtd does by SIGKILL, with the hook under way.
    const daemon = `"$@" < /dev/null & sleep 0.3; kill -9 $$`;
    const script = `sh -c '${daemon}' daemon "$@"; while [ ! -s "$LOG/events.jsonl" ]; do sleep 0.1; done`;
    const words = [...call, "v1", "prepare", "begin", "-"];
    const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LOG: isLink ? "/var/log/hookvisor" : host.log };
    if (isLink) await host.inside(script, words, { env });
    else await run("sh", ["-c", script, "sh", ...words], { env });
    const { notes = [], undone = [] } = await recordOf(host);
    assert.match(notes.join(), /which made this call, has ended meanwhile/);
    assert.deepEqual(undone.map(({ what, ok }) => [what, ok]), [[file, true]]);
    assert.equal(Deno.readTextFileSync(file), "old\n");
  });
}

Deno.test("a value set while the daemon lives stays", async () => {
  using host = new Host();
  const file = setsLate(host, 10);
  assert.equal((await host.hook(["qemu", "v1", "prepare", "begin", "-"], { stdin: XML })).code, 0);
  assert.equal(Deno.readTextFileSync(file), "new");
  assert.deepEqual(host.record().notes, undefined);
});

Deno.test("a full /run does not keep values from coming back", NEEDS, async () => {
  using host = new Host();
  const file = setsLate(host, 1);
  const script = `mount -t tmpfs -o size=1m,mode=700 none /run/hookvisor
"$1" v1 prepare begin - < /dev/null
cat "$2"
head -c 2m /dev/zero > /run/hookvisor/fill 2>/dev/null || true
df --output=avail /run/hookvisor | tail -1
"$1" v1 release end - < /dev/null
cat "$2"`;
  const ended = await host.inside(script, [host.hookLink(), file]);
  assert.deepEqual(ended.stdout.trim().split(/\s+/), ["new", "0", "old"], ended.stderr);
  const [, { undone = [], notes } = { undone: [], notes: [] }] = host.records();
  assert.deepEqual([undone.map(({ ok }) => ok), notes], [[true], undefined]);
});
