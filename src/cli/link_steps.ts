import { type Hook, hookAt, hooksFor, linkPath } from "./hook_links.ts";
import type { Places } from "./places.ts";
import { makeHookDirectory } from "./made_directories.ts";
import type { Driver } from "../protocol/operations.ts";
import { makeDirectory, makeLink, remove, replaceLink } from "../system/admin_files.ts";

/** One step, done now or found already done. */
export interface LinkStep {
  driver: Driver;
  path: string;
  did: "made" | "moved" | "was there" | "removed" | "left alone";
  why?: string;
}

/** What all links that one command creates share. */
export interface LinkOptions {
  place: "d" | "main";
  dryRun: boolean;
  /** hookvisor's own directory, which keeps the list of created directories. */
  config: string;
}

/**
 * Creates a driver's link. A link to another hookvisor, or to a removed one, is changed to this one; any
 * other file is not changed. Where two links lead here, one is removed.
 */
export function makeDriverLink(
  places: Places,
  driver: Driver,
  { place, dryRun, config }: LinkOptions,
): LinkStep[] {
  const { destdir, program } = places;
  const directory = `${destdir}${places.hooks}`;
  const path = linkPath(directory, driver, place);
  const all = hooksFor(directory, driver, program);
  // With a link beside it every handler would run twice.
  const copies = all.filter(({ isCopy }) => isCopy);
  if (copies.length > 0) return copies.map(leaveCopy);
  const existing = hookAt(path, driver, program);
  if (existing?.isOurs === false) return [{ driver, path, did: "left alone", why: foreign(existing, place) }];
  const ours = all.filter(({ isOurs }) => isOurs);
  const isUsual = (hook: Hook) => hook.path === path;
  const kept = ours.find((hook) => hook.leadsHere && isUsual(hook)) ??
    ours.find(({ leadsHere }) => leadsHere) ?? ours.find(isUsual) ?? ours[0];
  if (kept !== undefined) {
    return [
      moveLink(kept, directory, program, dryRun),
      ...ours.filter((hook) => hook !== kept).map((hook): LinkStep => ({
        ...removeLink(hook, dryRun),
        why: hook.leadsHere
          ? `${kept.path} leads here too: every handler ran twice`
          : `it pointed to ${destination(hook)}`,
      })),
    ];
  }
  if (!dryRun) {
    const parent = path.slice(0, path.lastIndexOf("/"));
    if (destdir === "") makeHookDirectory(parent, config);
    else makeDirectory(parent);
    makeLink(path, program);
  }
  return [{ driver, path, did: "made" }];
}

function moveLink(hook: Hook, directory: string, program: string, dryRun: boolean): LinkStep {
  const { driver, path } = hook;
  if (hook.leadsHere) return { driver, path, did: "was there" };
  // Beside the drivers' hooks, where libvirt ignores other names; in a .d directory it runs every file.
  if (!dryRun) replaceLink(path, program, `${directory}/.hookvisor.new`);
  return { driver, path, did: "moved", why: `it pointed to ${destination(hook)}` };
}

/** The target of one of our links that does not lead to this program. */
export function destination({ target, isRun, isDangling }: Hook): string {
  if (isRun) return `${target}, another hookvisor`;
  return `${target}, which ${isDangling ? "does not exist" : "is not an executable file"}`;
}

function foreign({ target }: Hook, place: "d" | "main"): string {
  if (target !== undefined) return `it is a link to ${target}, not to this program; remove it first`;
  return place === "main"
    ? "it is another program's script; with libvirt 6.5.0 or later, --place d puts the link beside it"
    : "it is another program's file; remove it first";
}

/** A copy of hookvisor in place of a link, which someone put there on purpose. */
export function leaveCopy({ driver, path }: Hook): LinkStep {
  const why =
    "it is a copy of hookvisor, not a link: it answers libvirt, but no upgrade changes it; remove it first";
  return { driver, path, did: "left alone", why };
}

/** One step, for a person. */
export function describe({ path, did, why }: LinkStep, dryRun: boolean): string {
  const word = dryRun && did !== "was there" && did !== "left alone" ? `would be ${WORDS[did]}` : WORDS[did];
  return `${path}: ${word}${why === undefined ? "" : `: ${why}`}`;
}

const WORDS: Record<LinkStep["did"], string> = {
  made: "created",
  moved: "moved",
  "was there": "already exists",
  removed: "removed",
  "left alone": "not changed",
};

/** Removes one link of ours. */
export function removeLink(hook: Hook, dryRun: boolean): LinkStep {
  if (!dryRun) remove(hook.path);
  return { driver: hook.driver, path: hook.path, did: "removed" };
}
