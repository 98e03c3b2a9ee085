import { absolutePath } from "./absolute_path.ts";
import { type Invocation, option } from "./command.ts";
import { daemonProgram, hooksDirectory, type LibvirtDaemon, libvirtDaemons } from "./libvirt_host.ts";
import { executable } from "../system/admin_files.ts";
import { fileStatus } from "../system/file.ts";

/** The places that the command line names. */
export interface Places {
  /** The path as libvirt will see it. */
  hooks: string;
  /** The prefix of every path that is written, for packages. */
  destdir: string;
  /** What links point to. */
  program: string;
  /** libvirt's daemons that run and see this hooks directory. */
  daemons: LibvirtDaemon[];
  /** One line about each decision. */
  why: string[];
  /** This is NixOS, and the hooks directory is the one its module fills. */
  isNixOs: boolean;
}

/** Reads the options that `install` and `uninstall` share. */
export function placesOf(invocation: Invocation): Places {
  const into = option(invocation, "destdir");
  // `--destdir /` puts nothing in front.
  const destdir = into === undefined ? "" : absolutePath(into).replace(/^\/$/, "");
  const hooksDir = option(invocation, "hooks-dir");
  const given = hooksDir === undefined ? undefined : absolutePath(hooksDir);
  const found = destdir === "" ? libvirtDaemons() : [];
  const program = option(invocation, "program") ?? executable();
  const absolute = absolutePath(program);
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
