import type { Finding, Patient } from "./finding.ts";
import { runsDirectories } from "../libvirt_host.ts";
import { fileStatus } from "../../system/file.ts";

const SOCKETS = [
  "libvirt-sock",
  "virtqemud-sock",
  "virtnetworkd-sock",
  "virtlxcd-sock",
  "virtxend-sock",
  "virtbhyved-sock",
];

/** Whether libvirt is here, which one, and which of its daemons run. */
export function libvirt({ version, daemonProgram, daemons, directories }: Patient): Finding[] {
  const check = "libvirt";
  if (daemonProgram === undefined) {
    return [{
      check,
      level: "fail",
      seen: "no program of a libvirt daemon in /usr/sbin, /usr/bin, /usr/local/sbin, /usr/local/bin",
      remedy:
        "install libvirt's daemon (libvirt-daemon-system on Debian, libvirt-daemon-driver-qemu on Fedora)",
    }];
  }
  const findings: Finding[] = [versionFinding(version, daemonProgram)];
  const sockets = SOCKETS.filter((name) => fileStatus(`${directories.libvirt}/${name}`)?.kind === "socket");
  const list = daemons.map(({ name, pid }) => `${name} (pid ${pid})`).join(", ");
  if (daemons.length > 0) findings.push({ check: "daemons", level: "ok", seen: `running: ${list}` });
  else if (sockets.length > 0) {
    const seen = `none runs; systemd starts one at a first connection to ${sockets.join(", ")}`;
    findings.push({ check: "daemons", level: "ok", seen });
  } else {
    findings.push({
      check: "daemons",
      level: "warn",
      seen: `none runs, and there is no socket in ${directories.libvirt}`,
      remedy:
        "systemctl enable --now libvirtd, or virtqemud.socket and its like where there is a daemon for each driver",
    });
  }
  if (daemons.some(({ name }) => name === "libvirtd") && daemons.length > 1) {
    findings.push({
      check: "daemons",
      level: "warn",
      seen: `libvirtd and single daemons run at the same time: ${list}`,
      remedy: "libvirt wants one or the other: stop one kind (https://libvirt.org/daemons.html)",
    });
  }
  return findings;
}

function versionFinding(version: string | undefined, program: string): Finding {
  const check = "version";
  if (version === undefined) {
    return { check, level: "note", seen: `${program} --version does not tell; 6.5.0 or later is assumed` };
  }
  const seen = `libvirt ${version}, by ${program} --version`;
  if (!runsDirectories(version)) {
    return {
      check,
      level: "note",
      seen: `${seen}: before 6.5.0 there are no .d directories, a link is the hook itself`,
    };
  }
  if (version.startsWith("11.3.")) {
    return {
      check,
      level: "warn",
      seen: `${seen}: it throws a managed save away when its restore hook fails`,
      remedy: "never set onFailure: abort for qemu/restore here",
    };
  }
  return { check, level: "ok", seen };
}
