import type { Cell } from "./text_table.ts";
import { formatDuration } from "../manifest/duration.ts";
import type { Located, Manifest } from "../manifest/manifest.ts";

/** What a handler may do, a line a power: `exec systemctl …`. Empty: it may look at the event and log, nothing else. */
export function powers({ allow }: Manifest): string[] {
  const rules = (kind: string, list: readonly Located<string>[]) =>
    list.map(({ value }) => `${kind} ${value}`);
  return [
    ...rules("exec", allow.exec),
    ...rules("read", allow.read),
    ...rules("write", allow.write),
    ...rules("runAs", allow.runAs),
    ...rules("env", allow.env),
    ...(allow.xml ? ["xml (edits what libvirt gets back)"] : []),
  ];
}

/** Which calls a handler is for, a line a condition. */
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

/** Cells of one handler for a table of powers. */
export function powerCells(manifest: Manifest): Cell[] {
  const may = powers(manifest);
  return [conditions(manifest), may.length === 0 ? ["nothing but look at the event and log"] : may];
}
