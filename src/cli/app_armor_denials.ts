import type { LibvirtDaemon } from "./libvirt_host.ts";
import { appArmorProfile, profileLetsRun, usesAppArmor } from "../system/app_armor.ts";
import { readText } from "../system/read_text.ts";

/** The libvirt daemons for which distributions ship a profile. */
const PROFILES = ["libvirtd", "virtqemud", "virtxend"];
/** The paths that those profiles let run unconfined (`/usr/bin/* PUx`). */
const ALLOWED = /^\/(?:usr\/)?s?bin\/[^/]+$/;
/** The modes in which a profile denies nothing. */
const HARMLESS = ["complain", "unconfined"];
const LARGEST_PROFILE = 1024 * 1024;

/**
 * A daemon's profile that prevents the daemon from running hookvisor: libvirt then fails every start (exit
 * status 126).
 */
export interface AppArmorDenial {
  /** `libvirtd (pid 812)`, or `libvirtd` for one that is not running. */
  daemon: string;
  profile: string;
  remedy: string;
}

/**
 * The daemons that AppArmor prevents from running a program, by the profiles they run under; if none runs, by
 * the loaded profiles.
 */
export function appArmorDenials(program: string, daemons: readonly LibvirtDaemon[]): AppArmorDenial[] {
  if (!usesAppArmor()) return [];
  if (daemons.length > 0) {
    return daemons.flatMap(({ name, pid }) => {
      const profile = appArmorProfile(pid);
      if (profile === undefined || HARMLESS.includes(profile.mode) || letsRun(profile.name, program)) {
        return [];
      }
      return [denial(`${name} (pid ${pid})`, profile.name, program)];
    });
  }
  const loaded = PROFILES.map((name) => ({ name, lets: profileLetsRun(name, program) }))
    .filter(({ lets }) => lets !== undefined);
  return loaded.every(({ lets }) => lets === false)
    ? loaded.map(({ name }) => denial(name, name, program))
    : [];
}

/** From the kernel; where it cannot answer, from the profiles of distributions and an admin's additions. */
function letsRun(profile: string, program: string): boolean {
  const told = profileLetsRun(profile, program);
  if (told !== undefined) return told;
  if (ALLOWED.test(program)) return true;
  const added = readText(`/etc/apparmor.d/local/${fileOf(profile)}`, LARGEST_PROFILE) ?? "";
  return added.split("\n").some((line) => {
    const [, path, rights = ""] = /^\s*"?(.+?)"?\s+([a-zA-Z]+)\s*,/.exec(line) ?? [];
    return path === program && rights.includes("x");
  });
}

/** `/etc/apparmor.d/usr.sbin.libvirtd` has the profile `libvirtd`, in older releases `/usr/sbin/libvirtd`. */
function fileOf(profile: string): string {
  return `usr.sbin.${profile.slice(profile.lastIndexOf("/") + 1)}`;
}

function denial(daemon: string, profile: string, program: string): AppArmorDenial {
  const file = fileOf(profile);
  const line = /\s/.test(program) ? `"${program}" PUx,` : `${program} PUx,`;
  return {
    daemon,
    profile,
    remedy:
      `put the program into /usr/bin and run /usr/bin/hookvisor install; or add the line "${line}" to ` +
      `/etc/apparmor.d/local/${file} and run: apparmor_parser -r /etc/apparmor.d/${file}`,
  };
}
