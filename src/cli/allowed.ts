import { CAPABILITIES } from "../capability/capabilities.ts";
import type { Cell } from "./text_table.ts";
import { formatDuration } from "../manifest/duration.ts";
import type { Located, Manifest } from "../manifest/manifest.ts";

/**
 * What a manifest allows, one line for each rule: `exec systemctl …`. Empty: only what every handler may do.
 */
export function allowed({ allow }: Manifest): string[] {
  const rules = (kind: string, list: readonly Located<string>[]) =>
    list.map(({ value }) => `${kind} ${value}`);
  return [
    ...rules("exec", allow.exec),
    ...rules("look", allow.look),
    ...rules("scripts", allow.scripts),
    ...rules("read", allow.read),
    ...rules("write", allow.write),
    ...rules("runAs", allow.runAs),
    ...rules("env", allow.env),
    ...(allow.libvirtClients ? ["libvirtClients (virsh and the like)"] : []),
    ...(allow.xml ? ["xml (edits what libvirt gets back)"] : []),
  ];
}

/** Which calls a handler matches, one line for each condition. */
export function conditions(manifest: Manifest): string[] {
  const { on, guests, networks, when, timeoutMs, onFailure, mode } = manifest;
  const list = (name: string, globs: readonly Located<string>[] | undefined) =>
    globs === undefined ? [] : [`${name} ${globs.map(({ value }) => value).join(", ")}`];
  return [
    ...on.map(({ value }) => value),
    ...list("guests", guests),
    ...list("networks", networks),
    ...(when?.hostdev === undefined ? [] : [`when hostdev ${when.hostdev}`]),
    ...(when?.metadata === undefined ? [] : [`when metadata ${when.metadata.value}`]),
    ...(when?.path === undefined ? [] : [`when path ${when.path.value}`]),
    ...(timeoutMs === undefined ? [] : [`timeout ${formatDuration(timeoutMs)}`]),
    ...(onFailure === undefined ? [] : [`onFailure ${onFailure}`]),
    ...(mode === "wait" ? [] : [`mode ${mode}`]),
  ];
}

/** One handler's cells in a table: which calls it matches, what it may do. */
export function allowedCells(manifest: Manifest): Cell[] {
  return [conditions(manifest), allowedLines(manifest)];
}

/** What a handler may do, for people: if its manifest allows nothing, what every handler may do. */
export function allowedLines(manifest: Manifest): string[] {
  const lines = allowed(manifest);
  return lines.length === 0 ? [`nothing but ${forAll().join(", ")}`] : lines;
}

/** The parts of `host` and `event` that need no rule: `state`, `sleep`. */
function forAll(): string[] {
  const free = [...CAPABILITIES.values()].filter(({ within, name }) =>
    within === undefined && !name.startsWith("xml.")
  );
  return [...new Set(free.map(({ name }) => name.split(".")[0]!))].sort();
}
