import type { Finding, Patient } from "./finding.ts";
import { appArmorDenials } from "../app_armor_denials.ts";
import { appArmorProfile, usesAppArmor } from "../../system/app_armor.ts";

const check = "AppArmor";

/** Whether AppArmor lets libvirt's daemons run this very program, and by which profile. */
export function appArmor({ program, daemons, hooks }: Patient): Finding[] {
  if (!usesAppArmor()) {
    const seen = "/sys/module/apparmor/parameters/enabled does not say Y: it is not in use";
    return [{ check, level: "ok", seen }];
  }
  const denials = appArmorDenials(program, daemons);
  if (denials.length > 0) {
    return denials.map(({ daemon, profile, remedy }) => ({
      check,
      level: "fail",
      seen:
        `the profile ${profile}, of ${daemon}, does not let it run ${program}: with a link in ${hooks} every ` +
        "start of a guest or a network fails (exit status 126)",
      remedy,
    }));
  }
  if (program.startsWith(`${hooks}/`)) {
    return [{
      check,
      level: "warn",
      seen:
        `${program} is in ${hooks}, where libvirt's profiles let a program run only under the daemon's own profile`,
      remedy: "put the program into /usr/bin and run /usr/bin/hookvisor install",
    }];
  }
  const confined = daemons.flatMap(({ name, pid }) => {
    const profile = appArmorProfile(pid);
    return profile === undefined ? [] : [`${name} runs under ${profile.name} (${profile.mode})`];
  });
  if (daemons.length > 0 && confined.length === 0) {
    return [{ check, level: "ok", seen: "it is in use, and no running daemon of libvirt's is confined" }];
  }
  const who = confined.join(", ") || "no daemon runs to look at";
  return [{ check, level: "ok", seen: `${who}; ${program} may be run` }];
}
