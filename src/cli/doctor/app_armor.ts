import type { Finding, Patient } from "./finding.ts";
import { appArmorDenials } from "../app_armor_denials.ts";
import { appArmorProfile, usesAppArmor } from "../../system/app_armor.ts";

const check = "AppArmor";

/** Whether AppArmor lets libvirt's daemons run this very program, and by which profile. */
export function appArmor({ program, daemons, hooks }: Patient): Finding[] {
  if (!usesAppArmor()) {
    const seen = "/sys/module/apparmor/parameters/enabled is not Y: AppArmor is not in use";
    return [{ check, level: "ok", seen }];
  }
  const denials = appArmorDenials(program, daemons);
  if (denials.length > 0) {
    return denials.map(({ daemon, profile, remedy }) => ({
      check,
      level: "fail",
      seen:
        `AppArmor's profile ${profile} does not let ${daemon} run ${program}: with a link in ${hooks}, every ` +
        "start of a guest or a network fails (exit status 126)",
      remedy,
    }));
  }
  if (program.startsWith(`${hooks}/`)) {
    return [{
      check,
      level: "warn",
      seen:
        `${program} is in ${hooks}, where libvirt's profiles run a program only under the daemon's own profile`,
      remedy: "put the program into /usr/bin and run /usr/bin/hookvisor install",
    }];
  }
  const confined = daemons.flatMap(({ name, pid }) => {
    const profile = appArmorProfile(pid);
    return profile === undefined ? [] : [`${name} runs under ${profile.name} (${profile.mode})`];
  });
  if (daemons.length > 0 && confined.length === 0) {
    return [{ check, level: "ok", seen: "AppArmor is in use, and confines no running libvirt daemon" }];
  }
  const who = confined.join(", ") || "no daemon is running";
  return [{ check, level: "ok", seen: `${who}; they may run ${program}` }];
}
