import type { Finding, Patient } from "./finding.ts";
import { abortsRestore } from "../aborts_restore.ts";
import { HOOK_DRIVERS, runsDirectories } from "../libvirt_host.ts";
import { fileStatus } from "../../system/file.ts";

/** `virtqemud-sock` and similar. */
const SOCKETS = Object.keys(HOOK_DRIVERS).map((name) => `${name === "libvirtd" ? "libvirt" : name}-sock`);

/** Whether libvirt is installed, which version, and which of its daemons run. */
export function libvirt({ version, daemonProgram, daemons, directories, setup }: Patient): Finding[] {
  const check = "libvirt";
  if (daemonProgram === undefined) {
    return [{
      check,
      level: "fail",
      seen: "no libvirt daemon in /usr/sbin, /usr/bin, /usr/local/sbin, /usr/local/bin",
      remedy:
        "install libvirt's daemon (libvirt-daemon-system on Debian, libvirt-daemon-driver-qemu on Fedora)",
    }];
  }
  const findings: Finding[] = [
    versionFinding(version, daemonProgram),
    ...lostSaves(version, setup),
  ];
  const sockets = SOCKETS.filter((name) => fileStatus(`${directories.libvirt}/${name}`)?.kind === "socket");
  const list = daemons.map(({ name, pid }) => `${name} (pid ${pid})`).join(", ");
  if (daemons.length > 0) findings.push({ check: "daemons", level: "ok", seen: `running: ${list}` });
  else if (sockets.length > 0) {
    const seen = `none is running; systemd starts one on the first connection to ${sockets.join(", ")}`;
    findings.push({ check: "daemons", level: "ok", seen });
  } else {
    findings.push({
      check: "daemons",
      level: "warn",
      seen: `none is running, and no socket exists in ${directories.libvirt}`,
      remedy:
        "systemctl enable --now libvirtd, or virtqemud.socket and the like where each driver has its own daemon",
    });
  }
  if (daemons.some(({ name }) => name === "libvirtd") && daemons.length > 1) {
    findings.push({
      check: "daemons",
      level: "warn",
      seen: `libvirtd and modular daemons are running at the same time: ${list}`,
      remedy: "libvirt supports one or the other: stop one of them (https://libvirt.org/daemons.html)",
    });
  }
  return findings;
}

/** Seen with 11.3.0, not with 9.0.0 or 12.8.0. */
function losesSaves(version: string): boolean {
  return version.startsWith("11.3.");
}

/** Handlers whose failure would cost a guest's saved state on this very host. */
function lostSaves(version: string | undefined, { handlers, config }: Patient["setup"]): Finding[] {
  if (version === undefined || !losesSaves(version)) return [];
  return handlers.filter(({ manifest }) => manifest !== undefined && abortsRestore(manifest, config)).map((
    { name },
  ) => ({
    check: "restore",
    level: "warn",
    seen:
      `a failure of ${name} aborts qemu/restore, and libvirt ${version} then deletes the guest's saved state`,
    remedy: "set onFailure: ignore for qemu/restore, in a separate handler or in config.yaml",
  }));
}

function versionFinding(version: string | undefined, program: string): Finding {
  const check = "version";
  if (version === undefined) {
    return {
      check,
      level: "note",
      seen: `${program} --version prints no version; 6.5.0 or later is assumed`,
    };
  }
  const seen = `libvirt ${version}, by ${program} --version`;
  if (!runsDirectories(version)) {
    return {
      check,
      level: "note",
      seen: `${seen}: before 6.5.0 libvirt has no .d directories, so a link is the hook itself`,
    };
  }
  if (losesSaves(version)) {
    return {
      check,
      level: "note",
      seen: `${seen}: it deletes a managed save when the restore hook fails`,
    };
  }
  return { check, level: "ok", seen };
}
