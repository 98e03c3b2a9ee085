import { appArmorDenials } from "./app_armor_denials.ts";
import type { Places } from "./places.ts";
import type { Driver } from "../protocol/operations.ts";
import { realPath } from "../system/file.ts";
import { SystemError } from "../system/system_error.ts";

/** Why links would be harmful or useless on this host; undefined if they are not. `--force` creates them anyway. */
export function installRefusal(places: Places, drivers: readonly Driver[]): string | undefined {
  if (places.isNixOs) {
    return `this is NixOS, where starting libvirtd removes links that NixOS did not create. ${
      nixOsWay(places.program, drivers)
    }. --force creates the links anyway`;
  }
  const [first] = appArmorDenials(realProgram(places.program), places.daemons);
  if (first === undefined) return undefined;
  return `AppArmor's profile ${first.profile} does not let ${first.daemon} run ${places.program}: ` +
    `every guest and every network would fail to start (exit status 126). To fix it: ${first.remedy}. ` +
    "--force creates the links anyway";
}

/** The lines of NixOS's configuration for hooks, one for each driver. */
export function nixOsWay(program: string, drivers: readonly Driver[]): string {
  const path = program.startsWith("/nix/store/") ? "${pkgs.hookvisor}/bin/hookvisor" : program;
  const lines = drivers.map((driver) =>
    `virtualisation.libvirtd.hooks.${driver}."50-hookvisor" = "${path}";`
  );
  return `Add to the system's configuration: ${lines.join(" ")} and run nixos-rebuild switch`;
}

function realProgram(program: string): string {
  try {
    return realPath(program);
  } catch (error) {
    if (error instanceof SystemError) return program;
    throw error;
  }
}
