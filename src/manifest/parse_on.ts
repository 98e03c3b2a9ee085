import type { Operation } from "../protocol/operations.ts";
import type { Located, Manifest } from "./manifest.ts";
import { expandOperations, isGlob, operationGlobError } from "./operation_glob.ts";
import type { Entry, YamlReader } from "./yaml_reader.ts";

/** The `on` list, or undefined when any of it is wrong. */
export function readOn(reader: YamlReader, entry: Entry): Located<string>[] | undefined {
  const patterns = reader.strings(entry);
  if (!patterns) return undefined;
  const { items, written } = patterns;
  let good = written > 0 && items.length === written;
  if (written === 0) {
    reader.error(reader.place(entry.node), "on is empty, so the handler never runs", "list at least one");
  }
  for (const { value, node } of items) {
    const wrong = operationGlobError(value);
    if (!wrong) continue;
    reader.error(reader.placeIn(node, value, wrong.column), wrong.error, wrong.hint);
    good = false;
  }
  return good ? items.map(({ value, line, column }) => ({ value, line, column })) : undefined;
}

/** Checks what depends on the operations: keys that they do not allow, and keys that mean nothing for them. An empty `on` is one that could not be read. */
export function checkOn(
  reader: YamlReader,
  { on, onFailure, mode, allow }: Manifest,
  keys: ReadonlyMap<string, Entry>,
): void {
  if (on.length === 0) return;
  const operations = on.flatMap(({ value }) => expandOperations(value));
  const place = (key: string) => reader.place(keys.get(key)?.node, keys.get(key)?.key);
  if (onFailure === "abort") checkAbort(reader, on, place("onFailure"));
  if (mode === "background") {
    checkBackground(reader, on, place("mode"));
    if (onFailure === "abort") {
      const hint = "remove one of the two";
      reader.error(
        place("onFailure"),
        "a handler in mode background cannot abort: libvirt does not wait for it",
        hint,
      );
    }
  }
  if (allow.libvirtClients && mode !== "background") {
    reader.error(
      place("allow"),
      "allow.libvirtClients is only for mode background: libvirt waits for any other hook, and its client would wait for libvirt",
      "write mode: background, or take it out",
    );
  }
  if (allow.xml && !operations.some((o) => o.returnsXml)) {
    reader.warn(place("allow"), "allow.xml has no effect: on names neither migrate nor restore");
  }
  if (keys.has("networks") && !operations.some((o) => o.driver === "network")) {
    reader.warn(keyOf(keys, "networks"), "networks has no effect: on names no operation of networks");
  }
  if (keys.has("guests") && !operations.some(speaksOfGuest)) {
    reader.warn(keyOf(keys, "guests"), "guests has no effect: on names no operation of guests");
  }
}

function keyOf(keys: ReadonlyMap<string, Entry>, key: string): Located<unknown> {
  return keys.get(key)?.key ?? { value: undefined, line: 0, column: 0 };
}

/** Whether the call is about a guest: the domain itself, or the owner of a network's port. */
function speaksOfGuest({ driver, name }: Operation): boolean {
  return driver === "network" ? name.startsWith("port-") : driver !== "daemon";
}

/** `abort` for an operation that must go on is an error where the operation is named, and skipped where a glob includes it. */
function checkAbort(reader: YamlReader, on: readonly Located<string>[], at: Located<unknown>): void {
  for (const { value } of on) {
    if (expandOperations(value).some((o) => o.mayAbort)) continue;
    const why = /\/(reconnect|attach)$/.test(value)
      ? "a failure there would kill a running guest"
      : "libvirt has already completed it";
    reader.error(at, `onFailure: abort is not possible for ${value}: ${why}`, "write onFailure: ignore");
  }
}

function checkBackground(reader: YamlReader, on: readonly Located<string>[], at: Located<unknown>): void {
  for (const { value } of on) {
    const waited = expandOperations(value).filter(answerMatters).map((o) => `${o.driver}/${o.name}`);
    if (waited.length === 0) continue;
    const what = isGlob(value) ? `${value}, which includes ${waited.join(", ")}` : value;
    const hint = "name notifications only, such as qemu/started, qemu/stopped, network/updated";
    reader.error(at, `mode: background is not possible for ${what}: libvirt waits for the answer`, hint);
  }
}

/** Whether libvirt uses the answer: aborts the operation, or takes the XML. */
function answerMatters(operation: Operation): boolean {
  return operation.onFailure === "abort" || operation.returnsXml;
}
