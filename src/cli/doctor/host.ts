import { examined } from "./examined.ts";
import type { Finding, Patient } from "./finding.ts";
import { eventsFile, newestRecords, openRecords } from "../../records/history.ts";
import { DIRECTORIES } from "../../site/directories.ts";
import { fileStatus } from "../../system/file.ts";
import { runQuickly } from "../../system/processes.ts";
import { programVersion } from "../version.ts";

/** The oldest glibc that the runtime in this program can use. */
const OLDEST_GLIBC = [2, 27];
const MIB = 1024 * 1024;

/** What the host provides: space and a directory for records, the journal, the C library. */
export async function host(patient: Patient): Promise<Finding[]> {
  const { version, date } = programVersion();
  return [
    {
      check: "hookvisor",
      level: "ok",
      seen: `${version}${date === undefined ? "" : ` of ${date}`}, ${patient.program}`,
    },
    glibc(),
    ...await examined("disk space", () => [diskSpace(patient)]),
    ...await examined("records", () => [records(patient)]),
    journaldSocket(),
  ];
}

function glibc(): Finding {
  const check = "C library";
  const said = runQuickly("/usr/bin/getconf", ["GNU_LIBC_VERSION"])?.stdout.trim() ?? "";
  const [, major, minor] = /^glibc (\d+)\.(\d+)/.exec(said) ?? [];
  if (major === undefined) {
    return { check, level: "note", seen: "getconf GNU_LIBC_VERSION does not print a version" };
  }
  const [a, b] = [Number(major), Number(minor)];
  if (a > OLDEST_GLIBC[0]! || b >= OLDEST_GLIBC[1]!) {
    return { check, level: "ok", seen: `${said}, by getconf; ${OLDEST_GLIBC.join(".")} or later is needed` };
  }
  return {
    check,
    level: "fail",
    seen: `${said} is older than ${OLDEST_GLIBC.join(".")}`,
    remedy: "upgrade to a newer release of the distribution",
  };
}

/** Twice the space of all kept records. */
function diskSpace({ directories, setup }: Patient): Finding {
  const check = "disk space";
  const { maxSizeBytes, keep } = setup.config.log;
  const path = existing(directories.log);
  const fields = runQuickly("/usr/bin/df", ["-Pk", path])?.stdout.trim().split("\n").at(-1)?.split(/\s+/) ??
    [];
  const free = Number(fields[3]) * 1024;
  if (!(free >= 0)) return { check, level: "note", seen: `df -Pk ${path} does not print the free space` };
  const most = maxSizeBytes * (keep + 1);
  using lines = openRecords(directories.log);
  const seen = `${mib(free)} free for ${directories.log}, whose records take ${mib(lines.size)} now and ${
    mib(most)
  } at most`;
  if (free >= most) return { check, level: "ok", seen };
  if (free > MIB) {
    return {
      check,
      level: "warn",
      seen,
      remedy: "free some space, or keep fewer records: log in config.yaml",
    };
  }
  return { check, level: "fail", seen, remedy: "free some space: hook calls continue without records" };
}

/** The directory, or its nearest existing parent. */
function existing(path: string): string {
  return fileStatus(path) !== undefined || path === "/"
    ? path
    : existing(path.slice(0, path.lastIndexOf("/")) || "/");
}

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(bytes < 10 * MIB ? 1 : 0)} MiB`;
}

function records({ directories }: Patient): Finding {
  const check = "records";
  const file = eventsFile(directories.log);
  const newest = newestRecords(directories.log, {}).next().value;
  if (newest === undefined) return { check, level: "note", seen: `${file} contains no hook call yet` };
  const { time, driver, operation, object } = newest;
  return {
    check,
    level: "ok",
    seen: `${file}: the last call was ${driver}/${operation} of ${object}, ${time.slice(0, 19)}Z`,
  };
}

function journaldSocket(): Finding {
  const { journald } = DIRECTORIES;
  const check = "journald";
  if (fileStatus(journald)?.kind === "socket") {
    return {
      check,
      level: "ok",
      seen: `${journald} exists: calls with handlers are also logged to journald (journalctl -t hookvisor)`,
    };
  }
  return {
    check,
    level: "note",
    seen: `${journald} does not exist: records are written to events.jsonl only`,
  };
}
