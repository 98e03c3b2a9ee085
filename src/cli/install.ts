import { flag, type Invocation, option } from "./command.ts";
import { CommandError } from "./command_error.ts";
import { hooksFor } from "./hook_links.ts";
import { installRefusal } from "./install_refusal.ts";
import {
  daemonProgram,
  hooksDirectory,
  type LibvirtDaemon,
  libvirtDaemons,
  libvirtVersion,
  runsDirectories,
} from "./libvirt_host.ts";
import { describe, makeDriverLink } from "./link_steps.ts";
import { needReload, type Reload, reload, reloaded } from "./reload_daemons.ts";
import { loadWholeSite } from "./whole_site.ts";
import { DIRECTORIES } from "../site/directories.ts";
import { isTrouble } from "../system/file_reader.ts";
import { trustIssue } from "../site/trust.ts";
import { fileReader } from "../system/file_reader.ts";
import { expandOperations } from "../manifest/operation_glob.ts";
import { type Driver, DRIVERS, isDriver } from "../protocol/operations.ts";
import { executable, workingDirectory } from "../system/admin_files.ts";
import { fileStatus } from "../system/file.ts";
import { print } from "../system/self.ts";

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
  /** This is NixOS, and the hooks directory is the one its module fills. */
  isNixOs: boolean;
}

/** `hookvisor install`. */
export async function run(invocation: Invocation): Promise<number> {
  const places = placesOf(invocation);
  const existing = flag(invocation, "existing");
  const drivers = existing ? linkedDrivers(places) : await driversOf(invocation);
  const dryRun = flag(invocation, "dry-run");
  const isForced = flag(invocation, "force") || places.destdir !== "" || drivers.length === 0;
  const refusal = isForced ? undefined : installRefusal(places, drivers);
  if (refusal !== undefined) throw new CommandError(refusal);
  const options = { place: placeOf(invocation, places), dryRun, config: invocation.directories.config };
  const steps = drivers.flatMap((driver) => makeDriverLink(places, driver, options));
  const changed = steps.some(({ did }) => did === "made" || did === "moved");
  const reloads = places.destdir === "" ? needReload(invocation, places, drivers, steps) : [];
  const said = flag(invocation, "reload") && !dryRun ? await reload(invocation, reloads) : undefined;
  const ok = steps.every(({ did }) => did !== "left alone") && said?.every(({ seen }) => seen) !== false;
  if (flag(invocation, "json")) {
    print(1, `${JSON.stringify({ ok, dryRun, hooks: places.hooks, steps, reload: said ?? reloads })}\n`);
    return ok ? 0 : 1;
  }
  const isQuiet = flag(invocation, "quiet");
  if (!isQuiet) { for (const line of places.why) print(1, `${line}\n`); }
  if (invocation.directories.config !== DIRECTORIES.config) {
    print(
      2,
      `hookvisor install: a link always uses ${DIRECTORIES.config}, whatever --config-dir says here\n`,
    );
  }
  const unsafe = places.destdir === "" ? programIssue(places.program) : undefined;
  if (unsafe !== undefined) print(2, `hookvisor install: libvirt runs this program as root, and ${unsafe}\n`);
  if (!isQuiet && drivers.length === 0) print(1, `${places.hooks} holds no link to a hookvisor\n`);
  for (const step of steps) if (!isQuiet || step.did !== "was there") print(1, `${describe(step, dryRun)}\n`);
  if (said !== undefined) print(1, said.map(reloaded).join(""));
  else if (!isQuiet) print(1, advice(places, reloads, changed, dryRun));
  return ok ? 0 : 1;
}

/** The drivers that have a link to a hookvisor already, be it gone. */
function linkedDrivers({ destdir, hooks, program }: Places): Driver[] {
  return DRIVERS.filter((driver) =>
    hooksFor(`${destdir}${hooks}`, driver, program).some(({ isOurs }) => isOurs)
  );
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
    isNixOs: destdir === "" && hooks?.isNixOs === true,
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
