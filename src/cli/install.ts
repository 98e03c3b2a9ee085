import { jsonText } from "../base/json_text.ts";
import { flag, type Invocation, option } from "./command.ts";
import { CommandError } from "./command_error.ts";
import { hooksFor } from "./hook_links.ts";
import { installRefusal } from "./install_refusal.ts";
import { daemonProgram, libvirtVersion, runsDirectories } from "./libvirt_host.ts";
import { describe, makeDriverLink } from "./link_steps.ts";
import { type Places, placesOf } from "./places.ts";
import { needReload, type Reload, reload, reloaded } from "./reload_daemons.ts";
import { driversOf } from "./wanted_drivers.ts";
import { type Driver, DRIVERS } from "../protocol/operations.ts";
import { watchNeed, watchSentence } from "./watch_needed.ts";
import { loadWholeSite } from "./whole_site.ts";
import { DIRECTORIES } from "../site/directories.ts";
import { trustIssue } from "../site/trust.ts";
import { fileReader, isTrouble } from "../system/file_reader.ts";
import { print } from "../system/self.ts";

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
  const said = flag(invocation, "reload") && !dryRun ? await reload(invocation, places, reloads) : undefined;
  const ok = steps.every(({ did }) => did !== "left alone") &&
    said?.every(({ seen }) => seen !== false) !== false;
  if (flag(invocation, "json")) {
    print(1, `${jsonText({ ok, dryRun, hooks: places.hooks, steps, reload: said ?? reloads })}\n`);
    return ok ? 0 : 1;
  }
  const isQuiet = flag(invocation, "quiet");
  if (!isQuiet) { for (const line of places.why) print(1, `${line}\n`); }
  if (invocation.directories.config !== DIRECTORIES.config) {
    print(
      2,
      `hookvisor install: a link always uses ${DIRECTORIES.config}; --config-dir has no effect on it\n`,
    );
  }
  const unsafe = places.destdir === "" ? programIssue(places.program) : undefined;
  if (unsafe !== undefined) print(2, `hookvisor install: libvirt runs this program as root, and ${unsafe}\n`);
  if (!isQuiet && drivers.length === 0) print(1, `${places.hooks} contains no link to hookvisor\n`);
  for (const step of steps) if (!isQuiet || step.did !== "was there") print(1, `${describe(step, dryRun)}\n`);
  if (said !== undefined) print(1, said.map(reloaded).join(""));
  else if (!isQuiet) print(1, advice(places, reloads, changed, dryRun));
  const watch = places.destdir === "" && !isQuiet ? await watchAdvice(invocation) : undefined;
  if (watch !== undefined) print(1, `${watch}\n`);
  return ok ? 0 : 1;
}

async function watchAdvice({ directories }: Invocation): Promise<string | undefined> {
  const { handlers } = await loadWholeSite(directories);
  return watchSentence(watchNeed(handlers, directories.state));
}

/** The drivers that already have a link to a hookvisor, even a removed one. */
function linkedDrivers({ destdir, hooks, program }: Places): Driver[] {
  return DRIVERS.filter((driver) =>
    hooksFor(`${destdir}${hooks}`, driver, program).some(({ isOurs }) => isOurs)
  );
}

/** Who else could replace this program. */
function programIssue(program: string): string | undefined {
  const chain = fileReader.chain(program);
  return isTrouble(chain) ? chain.message : trustIssue(program, chain, 0)?.message;
}

function placeOf(invocation: Invocation, places: Places): "d" | "main" {
  const given = option(invocation, "place");
  if (given !== undefined) return given as "d" | "main";
  const program = places.destdir === "" ? daemonProgram(places.daemons) : undefined;
  const version = program === undefined ? undefined : libvirtVersion(program);
  if (version === undefined || runsDirectories(version)) return "d";
  places.why.push(
    `libvirt ${version} has no .d directories (added in 6.5.0), so the links are the hooks themselves`,
  );
  return "main";
}

function advice(places: Places, reloads: readonly Reload[], changed: boolean, dryRun: boolean): string {
  if (places.destdir !== "") return "";
  if (reloads.length > 0) {
    return reloads.map(({ daemon, pid, drivers }) =>
      `${daemon} (pid ${pid}) started when no hook existed for ${drivers.join(", ")} and ${
        dryRun ? "would not see" : "does not see"
      } it yet: systemctl reload ${daemon}, or install --reload\n`
    ).join("");
  }
  if (places.daemons.length === 0) {
    return "no libvirt daemon is running; it will see the hooks when it starts\n";
  }
  return changed ? "no daemon needs a reload: all know these hooks\n" : "";
}
