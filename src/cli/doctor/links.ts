import { examined } from "./examined.ts";
import type { Finding, Patient } from "./finding.ts";
import { type Hook, hooksFor } from "../hook_links.ts";
import { nixOsWay } from "../install_refusal.ts";
import { knowsHooks } from "../knows_hooks.ts";
import { destination } from "../link_steps.ts";
import { type LibvirtDaemon, runsDirectories } from "../libvirt_host.ts";
import { expandOperations } from "../../manifest/operation_glob.ts";
import { type Driver, DRIVERS } from "../../protocol/operations.ts";
import { fileStatus } from "../../system/file.ts";

/**
 * Whether libvirt's hooks directory has the links that the handlers need, and whether the running daemons
 * know them.
 */
export async function links(patient: Patient): Promise<Finding[]> {
  const { hooks: directory, hooksWhy, program } = patient;
  const wanted = wantedDrivers(patient);
  if (fileStatus(directory)?.kind !== "directory") {
    const seen = `${directory} does not exist (${hooksWhy})`;
    return [{
      check: "hooks",
      level: "fail",
      seen,
      remedy: patient.isNixOs
        ? nixOsWay(program, withDaemon(wanted))
        : "hookvisor install creates it; --hooks-dir names another",
    }];
  }
  const all = new Map(DRIVERS.map((driver) => [driver, hooksFor(directory, driver, program)]));
  return [
    ...missingLinks(patient, all, wanted),
    ...DRIVERS.flatMap((driver) => linkFindings(patient, driver, all.get(driver)!)),
    ...staleLinks([...all.values()].flat()),
    ...(await Promise.all(
      patient.daemons.map((daemon) => examined(daemon.name, () => [unseen(patient, daemon, all)])),
    )).flat(),
  ];
}

function wantedDrivers({ setup: { handlers } }: Patient): Set<Driver> {
  return new Set(
    handlers.flatMap(({ manifest }) =>
      (manifest?.on ?? []).flatMap(({ value }) => expandOperations(value).map(({ driver }) => driver))
    ),
  );
}

/** The same links as `install` creates: also for the daemon's start. */
function withDaemon(wanted: ReadonlySet<Driver>): Driver[] {
  return DRIVERS.filter((driver) => driver === "daemon" || wanted.has(driver));
}

/** Drivers that handlers match and that have no link; and `daemon`, whose start undoes what was left behind. */
function missingLinks(
  { hooks: directory, isNixOs, program }: Patient,
  all: ReadonlyMap<Driver, Hook[]>,
  wanted: ReadonlySet<Driver>,
): Finding[] {
  // A link to nowhere is reported separately.
  const hasLink = (driver: Driver) => all.get(driver)!.some(({ isOurs, isCopy }) => isOurs || isCopy);
  const missing = [...wanted].filter((driver) => !hasLink(driver));
  if (missing.length > 0) {
    const seen = `handlers exist for ${
      missing.join(", ")
    }, and ${directory} has no link to this program for that`;
    return [{
      check: "links",
      level: "fail",
      seen,
      remedy: isNixOs
        ? nixOsWay(program, withDaemon(wanted).filter((driver) => !hasLink(driver)))
        : "hookvisor install",
    }];
  }
  if (wanted.size === 0 || hasLink("daemon")) return [];
  const seen =
    `${directory} has no link for daemon, so changes that guests left behind are not undone when it starts`;
  return [{
    check: "links",
    level: "warn",
    seen,
    remedy: isNixOs ? nixOsWay(program, ["daemon"]) : "hookvisor install",
  }];
}

function linkFindings(
  { hooks: directory, version, program }: Patient,
  driver: Driver,
  hooks: Hook[],
): Finding[] {
  const check = `link ${driver}`;
  const ours = hooks.filter(({ isOurs, isCopy }) => isOurs || isCopy);
  if (ours.length === 0) return [];
  const run = ours.filter(({ isRun }) => isRun);
  if (run.length > 1) {
    return [{
      check,
      level: "warn",
      seen: `${
        run.map(({ path }) => path).join(" and ")
      } both lead to hookvisor, so every handler runs twice`,
      remedy: `remove ${run.find(({ isCopy }) => isCopy)?.path ?? run[1]!.path}`,
    }];
  }
  const [link] = run.length > 0 ? run : ours;
  const inDirectory = link!.path !== `${directory}/${driver}`;
  if (inDirectory && version !== undefined && !runsDirectories(version)) {
    const seen = `${link!.path}: libvirt ${version} does not run hooks in ${driver}.d`;
    return [{
      check,
      level: "fail",
      seen,
      remedy: `hookvisor uninstall, then hookvisor install --place main`,
    }];
  }
  if (!link!.isRun) {
    const seen = `${link!.path} leads to ${
      destination(link!)
    }: libvirt passes it over in silence, so no handler runs`;
    return [{
      check,
      level: "fail",
      seen,
      remedy: `${program} install points it here; hookvisor uninstall removes it`,
    }];
  }
  if (link!.isCopy) {
    const seen = `${
      link!.path
    } is a copy of hookvisor, not a link: it answers libvirt, but no upgrade changes it`;
    return [{ check, level: "warn", seen, remedy: `remove ${link!.path}, then run hookvisor install` }];
  }
  if (!link!.leadsHere) {
    const seen = `${link!.path} leads to ${destination(link!)} than ${program}, which is running this check`;
    const remedy = `run that program's doctor, or ${program} install, which points the link here`;
    return [{ check, level: "warn", seen, remedy }];
  }
  const idle = ours.filter(({ isRun }) => !isRun).map((hook): Finding => ({
    check,
    level: "warn",
    seen: `${hook.path} leads to ${destination(hook)}: libvirt passes it over, and runs ${link!.path}`,
    remedy: `${program} install removes it`,
  }));
  return [{ check, level: "ok", seen: `${link!.path} leads to ${link!.target}` }, ...idle];
}

/** Links that lead nowhere: libvirt skips them silently. */
function staleLinks(hooks: readonly Hook[]): Finding[] {
  return hooks.filter(({ target, isRun, isOurs }) => target !== undefined && !isRun && !isOurs).map((
    { path, target },
  ) => ({
    check: "hooks",
    level: "warn",
    seen: `${path} leads to ${target}, which libvirt cannot run, and libvirt does not report it`,
    remedy: `remove ${path}, or restore ${target}`,
  }));
}

/** Whether a daemon looked for hooks before ours existed. */
function unseen(patient: Patient, daemon: LibvirtDaemon, all: ReadonlyMap<Driver, Hook[]>): Finding {
  const check = daemon.name;
  const ours = daemon.drivers.filter((driver) =>
    all.get(driver)!.some(({ isOurs, isCopy, isRun }) => (isOurs && isRun) || isCopy)
  );
  const missed = ours.filter((driver) =>
    !knowsHooks(daemon, driver, all.get(driver)!, patient.directories.log)
  );
  const who = `${daemon.name} (pid ${daemon.pid}, since ${
    new Date(daemon.startedMs).toISOString().slice(0, 19)
  }Z)`;
  if (ours.length === 0) return { check, level: "note", seen: `${who} has no hookvisor link to call` };
  if (missed.length === 0) {
    return { check, level: "ok", seen: `${who} knows the hooks for ${ours.join(", ")}` };
  }
  return {
    check,
    level: "warn",
    seen: `${who} started before the first hook for ${
      missed.join(", ")
    } was there, and no call of it is recorded since`,
    remedy: `systemctl reload ${daemon.name}, or hookvisor install --reload; running guests are not touched`,
  };
}
