import type { Rig } from "./rig.ts";

/** One hook call as a handler saw it. */
export interface Call {
  driver: string;
  name: string;
  operation: string;
  subOperation: string;
  extra: string;
  /** Which daemon calls, for the driver `daemon`. */
  daemon?: string;
}

export type CallLog = Call[];

const LOG = "/var/log/hookvisor/e2e/calls";

/** The handler that writes every call down; it must be the only one of its name. */
export const LOG_HANDLER = `// ---
// description: Write every hook call down
// on: ["*/*"]
// allow:
//   write: [/var/log/hookvisor/e2e/**]
// ---
export default async function (event, host) {
  const { driver, name, operation, subOperation, extra, daemon } = event;
  await host.fs.append("${LOG}", JSON.stringify({ driver, name, operation, subOperation, extra, daemon }) + "\\n");
}
`;

/** All calls so far, oldest first. */
export async function readCalls(rig: Rig): Promise<CallLog> {
  const lines = (await rig.read(LOG)).split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as Call);
}

/**
 * Calls in the form the expectations have: a line for each object, such as
 * `qemu v1: prepare start started`, or for each daemon, `daemon libvirtd: start`. Only the order within one object is
 * libvirt's promise; calls for different objects run side by side.
 *
 * A release's reason follows it (`release=destroyed`; `release` alone where
 * this libvirt gives none). A sub-operation or extra argument that the contract
 * does not have there is shown, so that it does not equal any expectation.
 * libvirt's LXC driver sometimes says `stopped` and `release` twice: the second
 * is left out. One of them may say
 * `shutdown` where the other says `destroyed`.
 */
export function summarise(calls: CallLog): string[] {
  const lines = new Map<string, string[]>();
  for (const call of calls) {
    const key = `${call.driver} ${call.driver === "daemon" ? call.daemon : call.name}`;
    const words = lines.get(key) ?? [];
    const word = describe(call);
    const twice = call.driver === "lxc" && /^(stopped|release)/.test(word) &&
      words.slice(words.lastIndexOf("prepare") + 1).some((w) => w.split("=")[0] === call.operation);
    if (!twice) words.push(word);
    else if (word === "release=destroyed" && words.at(-1) === "release=shutdown") words.splice(-1, 1, word);
    lines.set(key, words);
  }
  return [...lines].map(([key, words]) => `${key}: ${words.join(" ")}`).sort();
}

function describe({ driver, operation, subOperation, extra }: Call): string {
  const end = operation === "stopped" || operation === "release";
  const [sub, tail] = driver !== "daemon"
    ? [end ? "end" : "begin", "-"]
    : operation === "reload"
    ? ["begin", "SIGHUP"]
    : ["-", operation];
  const reason = operation === "release" && extra !== "-";
  if (subOperation !== sub || (extra !== tail && !reason)) return `${operation}(${subOperation},${extra})`;
  return reason ? `release=${extra}` : operation;
}

/** Whether the calls are the expected ones; a reason may be missing on older libvirt, all at once. */
export function matches(seen: string[], expected: string[]): boolean {
  const wanted = [...expected].sort().join("\n");
  const text = seen.join("\n");
  return text === wanted || text === wanted.replace(/=\S+/g, "");
}
