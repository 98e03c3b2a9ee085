/**
 * Plays the recorded life of a guest and of its network through the compiled program: `demo.ts PROGRAM`.
 *
 * The calls are those that a real libvirtd made (test/fixtures/12.8.0), the handlers those that ship
 * (handlers/). It changes nothing on this host: configuration and records lie in a temporary directory.
 */
import { join } from "node:path";
import type { HookRecord } from "../src/records/record.ts";
import { renderTimeline } from "../src/cli/timeline.ts";

const FIXTURES = "test/fixtures/12.8.0";
const HANDLERS = ["10-memory-guard.js", "20-load-guard.js", "90-lifecycle-log.js"];

/** The network comes up, the guest starts on it, libvirtd restarts, an interface goes, the guest ends, the network too. */
const LIFE = [
  "110-network-start",
  "111-network-started",
  "116-qemu-prepare",
  "117-network-port-created",
  "118-qemu-start",
  "119-qemu-started",
  "129-qemu-reconnect",
  "121-network-port-deleted",
  "137-qemu-stopped",
  "138-qemu-release",
  "140-network-stopped",
];

const [program] = Deno.args;
if (!program) throw new Error("usage: demo.ts PROGRAM");

const look = {
  width: Deno.stdout.isTerminal() ? Deno.consoleSize().columns : 100,
  colour: Deno.stdout.isTerminal() && !Deno.env.get("NO_COLOR"),
  unicode: true,
};
const folder = Deno.makeTempDirSync({ prefix: "hookvisor-demo-" });
try {
  Deno.mkdirSync(join(folder, "config/handlers"), { recursive: true, mode: 0o700 });
  for (const name of HANDLERS) {
    Deno.copyFileSync(join("handlers", name), join(folder, "config/handlers", name));
    Deno.chmodSync(join(folder, "config/handlers", name), 0o600);
  }
  console.log(`The life of the guest n1 and of its network net1, as libvirt 12.8.0 told it to its hooks:\n`);
  for (const call of LIFE) play(call);
  console.log(`The same guest once more, on a host that keeps 1 TiB for itself (options in config.yaml):\n`);
  const options = "options:\n  10-memory-guard:\n    reserveMiB: 1048576\n";
  Deno.writeTextFileSync(join(folder, "config/config.yaml"), options, { mode: 0o600 });
  play("116-qemu-prepare");
} finally {
  Deno.removeSync(folder, { recursive: true });
}

/** Makes one recorded call and prints its record. */
function play(call: string): void {
  const [link = "", ...args] = Deno.readTextFileSync(join(FIXTURES, `${call}.args`)).trimEnd().split("\n");
  const directories = ["config", "state", "log"].flatMap((name) => [`--${name}-dir`, join(folder, name)]);
  const driver = link.slice(link.lastIndexOf("/") + 1);
  const { code, stdout, stderr } = new Deno.Command("sh", {
    args: ["-c", `xml=$1; shift; exec "$@" < "$xml"`, "sh", join(FIXTURES, `${call}.xml`), program!, "hook"]
      .concat(directories, driver, args),
    clearEnv: true,
    env: { LC_ALL: "C", PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
  }).outputSync();
  const lines = Deno.readTextFileSync(join(folder, "log/events.jsonl")).trimEnd().split("\n");
  const record = JSON.parse(lines.at(-1) ?? "") as HookRecord;
  console.log(renderTimeline(record, look).trimEnd());
  const said = new TextDecoder().decode(stderr).trimEnd();
  if (said !== "") console.log(`libvirt shows its caller: ${said}`);
  console.log("");
  if (code !== record.exitCode || stdout.length > 0) {
    throw new Error(`${call}: exit ${code}, ${stdout.length} bytes on stdout`);
  }
}
