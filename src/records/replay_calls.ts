import { jsonText } from "../base/json_text.ts";
import { maskSecrets } from "./mask_secrets.ts";
import { privateDirectory } from "../system/private_directory.ts";
import { readPrivate, writePrivate } from "../system/private_file.ts";
import { listDirectory, walk } from "../system/file.ts";
import { SystemError } from "../system/system_error.ts";

/** A real hook call, as kept for `replay`. */
export interface KeptCall {
  v: 1;
  /** Also the id of its record. */
  id: string;
  /** RFC 3339, UTC. */
  time: string;
  driver: string;
  /** The four arguments, in libvirt's own words. */
  object: string;
  operation: string;
  subOperation: string;
  extra: string;
  /** The standard input, with secrets masked. */
  xml: string;
  /** The names of the environment's variables; their values are not kept. */
  environment: string[];
  caller?: string;
}

/** Larger than any input, escaped as JSON. */
const LARGEST = 64 * 1024 * 1024;
const NAME = /^([0-9a-z]+-[0-9a-z]{4})\.json$/;

/** The directory of kept calls, below the log directory; for root only. */
export function callsDirectory(log: string): string {
  return `${log}/calls`;
}

/**
 * Keeps one call, and removes the oldest so that `keep` remain.
 *
 * @returns why it could not, or undefined; it never throws because of the disk
 */
export function keepForReplay(log: string, call: Omit<KeptCall, "v">, keep: number): string | undefined {
  const directory = callsDirectory(log);
  const unusable = privateDirectory(directory);
  if (unusable !== undefined) return unusable;
  try {
    const kept: KeptCall = { v: 1, ...call, xml: maskSecrets(call.xml) };
    writePrivate(`${directory}/${call.id}.json`, jsonText(kept));
    for (const id of idsIn(directory).slice(keep)) forget(`${directory}/${id}.json`);
    return undefined;
  } catch (error) {
    if (error instanceof SystemError) return error.message;
    throw error;
  }
}

/** Several calls may remove the same one. */
function forget(path: string): void {
  try {
    using place = walk(path, false);
    place.unlink();
  } catch (error) {
    if (!(error instanceof SystemError) || error.code !== "ENOENT") throw error;
  }
}

/** Ids of kept calls, newest first: they sort by time. */
function idsIn(directory: string): string[] {
  const names = listDirectory(directory) ?? [];
  return names.flatMap((name) => NAME.exec(name)?.[1] ?? []).sort().reverse();
}

/** The kept calls, newest first, each read on demand. Incomplete ones are omitted. */
export function* keptCalls(log: string): Generator<KeptCall> {
  const directory = callsDirectory(log);
  for (const id of idsIn(directory)) {
    const call = readCall(`${directory}/${id}.json`);
    if (call !== undefined) yield call;
  }
}

/** The kept call of that id, or undefined. */
export function keptCall(log: string, id: string): KeptCall | undefined {
  return NAME.test(`${id}.json`) ? readCall(`${callsDirectory(log)}/${id}.json`) : undefined;
}

function readCall(path: string): KeptCall | undefined {
  const text = readPrivate(path, LARGEST);
  if (text === undefined) return undefined;
  try {
    const call: unknown = JSON.parse(text);
    return isCall(call) ? call : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isCall(call: unknown): call is KeptCall {
  if (typeof call !== "object" || call === null) return false;
  const fields = call as Record<string, unknown>;
  const texts = ["id", "time", "driver", "object", "operation", "subOperation", "extra", "xml"];
  return fields.v === 1 && texts.every((name) => typeof fields[name] === "string");
}
