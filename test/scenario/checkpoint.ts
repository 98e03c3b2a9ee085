/** A checkpoint of the compiled program for hosts of tests, so that their calls by a link are restored from it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { HAS_NAMESPACES, Host, PROGRAM } from "./support.ts";

/** Whether there can be checkpoints here: root's, on x86-64. */
export const HAS_CHECKPOINTS = HAS_NAMESPACES && Deno.uid() === 0 && Deno.build.arch === "x86_64";

let source: Promise<Host> | undefined;

/** Where a host has its checkpoint. */
export function checkpointOf(host: Host): string {
  return join(host.state, "checkpoint");
}

/** Takes a checkpoint in a host's own state folder. */
export function takeCheckpoint(host: Host, ...options: string[]) {
  return host.inside(`exec "$@"`, [PROGRAM, "checkpoint", ...options]);
}

/** Gives a host a checkpoint. Those of one test file have the same: taking one needs a second. */
export async function addCheckpoint(host: Host): Promise<void> {
  source ??= takeOnce();
  const from = checkpointOf(await source);
  try {
    Deno.linkSync(from, checkpointOf(host));
  } catch {
    Deno.copyFileSync(from, checkpointOf(host));
    Deno.chmodSync(checkpointOf(host), 0o600);
  }
}

async function takeOnce(): Promise<Host> {
  const host = new Host();
  globalThis.addEventListener("unload", () => host[Symbol.dispose]());
  const { code, stdout, stderr } = await takeCheckpoint(host);
  assert.equal(code, 0, stdout + stderr);
  return host;
}

/** A host that has a checkpoint. */
export async function restoringHost(): Promise<Host> {
  const host = new Host();
  await addCheckpoint(host);
  return host;
}
