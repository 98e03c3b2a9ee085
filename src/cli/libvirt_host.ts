import { type Driver, DRIVERS } from "../protocol/operations.ts";
import { fileStatus } from "../system/file.ts";
import { processesNamed, type RunningProcess, runQuickly, seesSame } from "../system/processes.ts";

/**
 * The drivers whose hooks a daemon calls. All daemons call the `daemon` hook, even those whose driver has no
 * hooks. Source: libvirt's docs/daemons.rst; src/remote/remote_daemon.c, which all are made from.
 */
export const HOOK_DRIVERS: Readonly<Record<string, readonly Driver[]>> = {
  libvirtd: DRIVERS,
  virtqemud: ["daemon", "qemu"],
  virtnetworkd: ["daemon", "network"],
  virtlxcd: ["daemon", "lxc"],
  virtxend: ["daemon", "libxl"],
  virtbhyved: ["daemon", "bhyve"],
  virtproxyd: ["daemon"],
  virtnodedevd: ["daemon"],
  virtsecretd: ["daemon"],
  virtstoraged: ["daemon"],
  virtinterfaced: ["daemon"],
  virtnwfilterd: ["daemon"],
  virtvboxd: ["daemon"],
  virtvzd: ["daemon"],
  virtchd: ["daemon"],
};

/** A running libvirt daemon that calls hooks. */
export interface LibvirtDaemon extends RunningProcess {
  drivers: readonly Driver[];
}

/** Directories that may hold a daemon's program: those of distributions, of builds from source, of NixOS. */
const PROGRAM_DIRECTORIES = [
  "/usr/sbin",
  "/usr/bin",
  "/usr/local/sbin",
  "/usr/local/bin",
  "/run/current-system/sw/bin",
];

/**
 * libvirt's daemons that run now. With a hooks directory, only daemons that see that same directory: others
 * run in containers.
 */
export function libvirtDaemons(hooksDirectory?: string): LibvirtDaemon[] {
  const found = processesNamed(Object.keys(HOOK_DRIVERS));
  return found
    .filter(({ pid }) => hooksDirectory === undefined || seesSame(pid, hooksDirectory))
    .map((daemon) => ({ ...daemon, drivers: HOOK_DRIVERS[daemon.name]! }));
}

/** A daemon's program: that of a running one, else an installed one. */
export function daemonProgram(running: readonly LibvirtDaemon[]): string | undefined {
  const programs = running.flatMap(({ program }) => program ?? []);
  const installed = PROGRAM_DIRECTORIES.flatMap((directory) =>
    ["virtqemud", ...Object.keys(HOOK_DRIVERS)].map((name) => `${directory}/${name}`)
  );
  return [...programs, ...installed].find((path) => fileStatus(path)?.kind === "file");
}

/** libvirt's version, as `9.0.0`, from a daemon's program; hookvisor never asks libvirt itself. */
export function libvirtVersion(program: string): string | undefined {
  const said = runQuickly(program, ["--version"]);
  return /\(libvirt\) (\d+\.\d+\.\d+)\b/.exec(said?.stdout ?? "")?.[1];
}

/** Whether that version runs everything in `<driver>.d`: from 6.5.0 on. */
export function runsDirectories(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 6 || (major === 6 && minor >= 5);
}

/** Where this host's libvirt looks for hooks, and how hookvisor found out. */
export function hooksDirectory(program: string | undefined): { path: string; why: string; isNixOs?: true } {
  const isDirectory = (path: string) => fileStatus(path)?.kind === "directory";
  if (program?.startsWith("/usr/local/")) {
    return { path: "/usr/local/etc/libvirt/hooks", why: `libvirt is ${program}, built from source` };
  }
  if (
    fileStatus("/etc/NIXOS") !== undefined || program?.startsWith("/nix/") ||
    program?.startsWith("/run/current-system/")
  ) {
    return { path: "/var/lib/libvirt/hooks", why: "this is NixOS", isNixOs: true };
  }
  if (!isDirectory("/etc/libvirt") && isDirectory("/usr/local/etc/libvirt")) {
    return {
      path: "/usr/local/etc/libvirt/hooks",
      why: "/usr/local/etc/libvirt exists and /etc/libvirt does not",
    };
  }
  return { path: "/etc/libvirt/hooks", why: "the default of distributions" };
}
