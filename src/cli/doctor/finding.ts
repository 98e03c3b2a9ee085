import type { LibvirtDaemon } from "../libvirt_host.ts";
import type { WholeSite } from "../whole_site.ts";
import type { Directories } from "../../site/directories.ts";

/** How bad something is. `note`: a remark, or something that could not be examined. */
export type Level = "ok" | "note" | "warn" | "fail";

/** One thing that doctor examined. */
export interface Finding {
  /** The kind of thing, in a word or two. */
  check: string;
  level: Level;
  /** What was examined, and the result. */
  seen: string;
  /** What to do; for `warn` and `fail`. */
  remedy?: string;
}

/** What every check may examine. */
export interface Patient {
  directories: Directories;
  setup: WholeSite;
  /** libvirt's hooks directory. */
  hooks: string;
  /** Why that one. */
  hooksWhy: string;
  /** libvirt's module of NixOS fills it, and empties it first. */
  isNixOs: boolean;
  /** hookvisor's own program, links resolved. */
  program: string;
  daemons: readonly LibvirtDaemon[];
  /** A daemon's program, running or installed. */
  daemonProgram: string | undefined;
  /** As its program says. */
  version: string | undefined;
}

/** A kind of check: examines the host and changes nothing. It never calls libvirt. */
export type Check = (patient: Patient) => Finding[] | Promise<Finding[]>;
