// Longer than other files: install, and the steps of it that uninstall takes too.
import { flag, type Invocation, option } from "./command.ts";
import { CommandError } from "./command_error.ts";
import { type Hook, hookAt, hooksFor, linkPath } from "./hook_links.ts";
import { knowsHooks } from "./knows_hooks.ts";
import {
  daemonProgram,
  hooksDirectory,
  type LibvirtDaemon,
  libvirtDaemons,
  libvirtVersion,
  runsDirectories,
} from "./libvirt_host.ts";
import { loadWholeSite } from "./whole_site.ts";
import { DIRECTORIES } from "../site/directories.ts";
import { newestRecords } from "../records/history.ts";
import { isTrouble } from "../system/file_reader.ts";
import { trustIssue } from "../site/trust.ts";
import { fileReader } from "../system/file_reader.ts";
import { expandOperations } from "../manifest/operation_glob.ts";
import { type Driver, DRIVERS, isDriver } from "../protocol/operations.ts";
import { executable, makeDirectory, makeLink, remove, workingDirectory } from "../system/admin_files.ts";
import { fileStatus } from "../system/file.ts";
import { askToReload } from "../system/processes.ts";
import { print } from "../system/self.ts";
import { pause } from "../system/pause.ts";

/** What the command line says about places. */
export interface Places {
  /** As libvirt will see it. */
  hooks: string;
  /** Put in front of every path that is written: for packages. */
  destdir: string;
  /** What links point to. */
  program: string;
  /** libvirt's daemons that run and see this hooks directory. */
  daemons: LibvirtDaemon[];
  /** A line on each thing that was decided. */
  why: string[];
}

/** One thing done, or found done. */
export interface LinkStep {
  driver: Driver;
  path: string;
  did: "made" | "was there" | "removed" | "left alone";
  why?: string;
}

/** Waiting for the record of a reload, in milliseconds. */
const RELOAD_WAIT_MS = 3000;

/** `hookvisor install`. */
export async function run(invocation: Invocation): Promise<number> {
  const places = placesOf(invocation);
  const drivers = await driversOf(invocation);
  const place = placeOf(invocation, places);
  const dryRun = flag(invocation, "dry-run");
  const steps = drivers.map((driver) => install(places, driver, place, dryRun));
  const changed = steps.some(({ did }) => did === "made");
  const reloads = places.destdir === "" ? needReload(invocation, places, drivers, steps) : [];
  const said = flag(invocation, "reload") && !dryRun ? await reload(invocation, reloads) : undefined;
  const ok = steps.every(({ did }) => did !== "left alone") && said?.every(({ seen }) => seen) !== false;
  if (flag(invocation, "json")) {
    print(1, `${JSON.stringify({ ok, dryRun, hooks: places.hooks, steps, reload: said ?? reloads })}\n`);
    return ok ? 0 : 1;
  }
  for (const line of places.why) print(1, `${line}\n`);
  if (invocation.directories.config !== DIRECTORIES.config) {
    print(
      2,
      `hookvisor install: a link always uses ${DIRECTORIES.config}, whatever --config-dir says here\n`,
    );
  }
  const unsafe = places.destdir === "" ? programIssue(places.program) : undefined;
  if (unsafe !== undefined) print(2, `hookvisor install: libvirt runs this program as root, and ${unsafe}\n`);
  for (const step of steps) print(1, `${describe(step, dryRun)}\n`);
  print(1, said === undefined ? advice(places, reloads, changed, dryRun) : said.map(reloaded).join(""));
  return ok ? 0 : 1;
}

/** Who else could put another program in the place of this one. */
function programIssue(program: string): string | undefined {
  const chain = fileReader.chain(program);
  return isTrouble(chain) ? chain.message : trustIssue(program, chain, 0)?.message;
}

/** Reads the options that `install` and `uninstall` share. */
export function placesOf(invocation: Invocation): Places {
  const destdir = (option(invocation, "destdir") ?? "").replace(/\/+$/, "");
  if (destdir !== "" && !destdir.startsWith("/")) {
    throw new CommandError("--destdir has to be an absolute path", 2);
  }
  const given = option(invocation, "hooks-dir")?.replace(/(?<=.)\/+$/, "");
  if (given !== undefined && !given.startsWith("/")) {
    throw new CommandError("--hooks-dir has to be an absolute path", 2);
  }
  const found = destdir === "" ? libvirtDaemons() : [];
  const program = option(invocation, "program") ?? executable();
  const absolute = program.startsWith("/") ? program : `${workingDirectory()}/${program}`;
  const hooks = given === undefined
    ? hooksDirectory(destdir === "" ? daemonProgram(found) : undefined)
    : undefined;
  const path = given ?? hooks!.path;
  return {
    hooks: path,
    destdir,
    program: absolute,
    daemons: found.length > 0 && fileStatus(path) !== undefined ? libvirtDaemons(path) : found,
    why: hooks === undefined ? [] : [`hooks directory ${path}: ${hooks.why}`],
  };
}

/** The drivers that were named, or those that handlers are for, and `daemon`, at whose start what was left behind comes back. */
export async function driversOf(invocation: Invocation): Promise<Driver[]> {
  const named = option(invocation, "driver");
  if (flag(invocation, "all")) return [...DRIVERS];
  if (named !== undefined) {
    const words = named.split(",").filter((word) => word !== "");
    const wrong = words.find((word) => !isDriver(word));
    if (wrong !== undefined) {
      throw new CommandError(`--driver: ${JSON.stringify(wrong)} is none of ${DRIVERS.join(", ")}`, 2);
    }
    return DRIVERS.filter((driver) => words.includes(driver));
  }
  const { handlers, config } = await loadWholeSite(invocation.directories);
  const used = new Set(
    handlers.flatMap(({ manifest, mayMatch }) =>
      manifest === undefined
        ? DRIVERS.filter((driver) => expandOperations(`${driver}/*`).some((o) => mayMatch(o.driver, o.name)))
        : manifest.on.flatMap(({ value }) => expandOperations(value).map((o) => o.driver))
    ),
  );
  if (used.size === 0 && config.record.keep === 0) {
    const where = `${invocation.directories.config}/handlers`;
    throw new CommandError(
      `no handler in ${where}, so there is nothing to call; --driver or --all makes links all the same`,
    );
  }
  return used.size === 0 ? [...DRIVERS] : DRIVERS.filter((driver) => driver === "daemon" || used.has(driver));
}

function placeOf(invocation: Invocation, places: Places): "d" | "main" {
  const given = option(invocation, "place");
  if (given !== undefined) return given as "d" | "main";
  const program = places.destdir === "" ? daemonProgram(places.daemons) : undefined;
  const version = program === undefined ? undefined : libvirtVersion(program);
  if (version === undefined || runsDirectories(version)) return "d";
  places.why.push(
    `libvirt ${version} knows no .d directories (they came with 6.5.0), so the links are the hooks themselves`,
  );
  return "main";
}

function install(
  { hooks, destdir, program }: Places,
  driver: Driver,
  place: "d" | "main",
  dryRun: boolean,
): LinkStep {
  const path = linkPath(`${destdir}${hooks}`, driver, place);
  const existing = hookAt(path, driver, program);
  if (existing?.isOurs) return { driver, path, did: "was there" };
  if (existing !== undefined) return { driver, path, did: "left alone", why: foreign(existing, place) };
  const other = hooksFor(`${destdir}${hooks}`, driver, program).find(({ isOurs }) => isOurs);
  if (other !== undefined) return { driver, path: other.path, did: "was there" };
  if (!dryRun) {
    makeDirectory(path.slice(0, path.lastIndexOf("/")));
    makeLink(path, program);
  }
  return { driver, path, did: "made" };
}

function foreign({ target }: Hook, place: "d" | "main"): string {
  if (target !== undefined) return `it is a link to ${target}, not to this program; remove it first`;
  return place === "main"
    ? "it is somebody else's script; --place d puts the link beside it, where libvirt is 6.5.0 or later"
    : "it is somebody else's file; remove it first";
}

/** A daemon that does not know yet that a driver has a hook. */
interface Reload {
  daemon: string;
  pid: number;
  drivers: Driver[];
}

function needReload(
  { directories }: Invocation,
  places: Places,
  drivers: readonly Driver[],
  steps: readonly LinkStep[],
): Reload[] {
  return places.daemons.flatMap((daemon) => {
    const unseen = drivers.filter((driver) => {
      if (!daemon.drivers.includes(driver)) return false;
      const hooks = hooksFor(places.hooks, driver, places.program);
      // In a dry run the link is not there yet, but counts.
      const isNew = steps.some((step) => step.driver === driver && step.did === "made");
      if (hooks.some(({ isRun }) => isRun)) return !knowsHooks(daemon, driver, hooks, directories.log);
      return isNew;
    });
    return unseen.length === 0 ? [] : [{ daemon: daemon.name, pid: daemon.pid, drivers: unseen }];
  });
}

/** Asks each daemon to reload, and waits for the call by which it shows that it sees the hooks. */
async function reload(
  { directories }: Invocation,
  reloads: readonly Reload[],
): Promise<(Reload & { seen: boolean })[]> {
  const since = Date.now();
  for (const { pid } of reloads) askToReload(pid);
  const seen = (daemon: string) => {
    for (const { caller } of newestRecords(directories.log, { driver: "daemon", since })) {
      if (caller === daemon) return true;
    }
    return false;
  };
  const until = since + RELOAD_WAIT_MS;
  while (Date.now() < until && !reloads.every(({ daemon }) => seen(daemon))) await pause(50);
  return reloads.map((one) => ({ ...one, seen: seen(one.daemon) }));
}

function reloaded({ daemon, pid, seen }: Reload & { seen: boolean }): string {
  return seen
    ? `${daemon} (pid ${pid}) was reloaded and has called the hook\n`
    : `${daemon} (pid ${pid}) was asked to reload, but has not called the hook; "hookvisor doctor" tells more\n`;
}

/** One step, for a person. */
export function describe({ path, did, why }: LinkStep, dryRun: boolean): string {
  const word = dryRun && did === "made"
    ? "would be made"
    : dryRun && did === "removed"
    ? "would be removed"
    : did;
  return `${path}: ${word}${why === undefined ? "" : `: ${why}`}`;
}

function advice(places: Places, reloads: readonly Reload[], changed: boolean, dryRun: boolean): string {
  if (places.destdir !== "") return "";
  if (reloads.length > 0) {
    return reloads.map(({ daemon, pid, drivers }) =>
      `${daemon} (pid ${pid}) started when there was no hook for ${drivers.join(", ")} and ${
        dryRun ? "would not see" : "does not see"
      } it yet: systemctl reload ${daemon}, or install --reload\n`
    ).join("");
  }
  if (places.daemons.length === 0) {
    return "no daemon of libvirt's runs now; it will see the hooks when it starts\n";
  }
  return changed ? "no daemon has to be reloaded: it knows of these hooks\n" : "";
}

/** Removes one link of ours. */
export function removeLink(hook: Hook, dryRun: boolean): LinkStep {
  if (!dryRun) remove(hook.path);
  return { driver: hook.driver, path: hook.path, did: "removed" };
}
