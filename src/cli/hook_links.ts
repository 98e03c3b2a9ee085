import { isHookvisor } from "./is_hookvisor.ts";
import type { LibvirtDaemon } from "./libvirt_host.ts";
import type { Driver } from "../protocol/operations.ts";
import {
  type FileStatus,
  fileStatus,
  linkStatus,
  listDirectory,
  readLink,
  realPath,
} from "../system/file.ts";
import { SystemError } from "../system/system_error.ts";

/** The name of our link in a `.d` directory: in the middle of libvirt's byte order. */
export const LINK_NAME = "50-hookvisor";

/** A file that libvirt runs for a driver, or would run if it were executable. */
export interface Hook {
  driver: Driver;
  path: string;
  /** Where it points, when it is a symbolic link. */
  target?: string;
  /** A link to a hookvisor: this program, another one, or a removed one. */
  isOurs: boolean;
  /** It leads to this very program. */
  leadsHere: boolean;
  /** A hookvisor itself, copied or hard-linked here, that libvirt runs: nothing upgrades it. */
  isCopy: boolean;
  /** A link that leads nowhere. */
  isDangling: boolean;
  /** libvirt runs it: an executable file. */
  isRun: boolean;
  /** When the entry last changed, in milliseconds since the epoch. */
  changedMs: number;
}

/** Where our link for a driver belongs. */
export function linkPath(directory: string, driver: Driver, place: "d" | "main"): string {
  return place === "main" ? `${directory}/${driver}` : `${directory}/${driver}.d/${LINK_NAME}`;
}

/** All hooks of a driver in a hooks directory, in the order libvirt runs them. */
export function hooksFor(directory: string, driver: Driver, program: string): Hook[] {
  const inDirectory = (listDirectory(`${directory}/${driver}.d`) ?? []).map((name) =>
    `${directory}/${driver}.d/${name}`
  );
  return [`${directory}/${driver}`, ...inDirectory].flatMap((path) => hookAt(path, driver, program) ?? []);
}

/** The entry at a path, or undefined if it does not exist. */
export function hookAt(path: string, driver: Driver, program: string): Hook | undefined {
  const link = linkStatus(path);
  if (link === undefined || link.kind === "directory") return undefined;
  const target = link.kind === "symlink" ? readLink(path) : undefined;
  const file = statusOrNone(path);
  const leadsHere = target !== undefined && leadsTo(path, target, program);
  const isRun = file?.kind === "file" && (file.mode & 0o111) !== 0;
  const isProgram = () => file !== undefined && isHookvisor(path, file);
  return {
    driver,
    path,
    ...(target === undefined ? {} : { target }),
    isOurs: target !== undefined && (leadsHere || namesHookvisor(path) || isProgram()),
    leadsHere,
    isCopy: target === undefined && isRun && isProgram(),
    isDangling: file === undefined,
    isRun,
    changedMs: Number(link.changedNs / 1_000_000n),
  };
}

function leadsTo(path: string, target: string, program: string): boolean {
  if (target === program) return true;
  try {
    return fileStatus(path) !== undefined && realPath(path) === realPath(program);
  } catch (error) {
    if (error instanceof SystemError) return false;
    throw error;
  }
}

/** `hookvisor`, `hookvisor-0.2.0`: the name of our links' target, wherever it is or was. */
const PROGRAM_NAME = /(?:^|\/)hookvisor(?:[-_.]?v?\d[\w.-]*)?$/;

/** Whether a link leads, or once led, to a hookvisor other than this one: what it or a link on the way names. */
function namesHookvisor(path: string): boolean {
  return targets(path).some((target) => PROGRAM_NAME.test(target));
}

const MOST_LINKS = 40;

/** What a link says, then what the link that it leads to says, and so on. */
function targets(path: string): string[] {
  const found: string[] = [];
  try {
    for (let at = path; found.length < MOST_LINKS && linkStatus(at)?.kind === "symlink";) {
      const target = readLink(at);
      found.push(target);
      at = target.startsWith("/") ? target : `${at.slice(0, at.lastIndexOf("/"))}/${target}`;
    }
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
  }
  return found;
}

/** A link that leads in a circle leads nowhere. */
function statusOrNone(path: string): FileStatus | undefined {
  try {
    return fileStatus(path);
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  }
}

/** Process start and file times come from different kernel clocks. */
const CLOCKS_MS = 100;

/**
 * Whether a daemon knows that a driver has hooks. It looks at its start and at
 * a reload; once a driver has one hook, all that come later run at once.
 *
 * @param hooks the driver's present hooks
 * @returns `unknown` when no evidence exists
 */
export function isSeen(
  daemon: Pick<LibvirtDaemon, "startedMs">,
  hooks: readonly Hook[],
): "yes" | "no" | "unknown" {
  const running = hooks.filter(({ isRun }) => isRun);
  if (running.length === 0) return "unknown";
  return running.some(({ changedMs }) => changedMs + CLOCKS_MS < daemon.startedMs) ? "yes" : "no";
}
