import type { Finding, Patient } from "./finding.ts";
import { runQuickly } from "../../system/processes.ts";
import { readText } from "../../system/read_text.ts";

const SMALL = 64 * 1024;
const STACK_BYTES = 8 * 1024 * 1024;

/** AppArmor and SELinux: whether they let a daemon run this very program, and what it may do then. And the daemon's stack limit. */
export function confinement(patient: Patient): Finding[] {
  return [appArmor(patient), ...seLinux(patient), ...stack(patient)];
}

/** The profiles of Debian and Ubuntu allow `/etc/libvirt/hooks/** rmix` and `/usr/bin/* PUx`, and nothing in /usr/local. */
function appArmor({ program, daemons, hooks }: Patient): Finding {
  const check = "AppArmor";
  if (readText("/sys/module/apparmor/parameters/enabled", SMALL)?.trim() !== "Y") {
    return {
      check,
      level: "ok",
      seen: "/sys/module/apparmor/parameters/enabled does not say Y: it is not in use",
    };
  }
  const confined = daemons.map(({ name, pid }) => ({ name, profile: profileOf(pid) })).filter(({ profile }) =>
    /\((enforce)\)/.test(profile)
  );
  if (daemons.length > 0 && confined.length === 0) {
    return { check, level: "ok", seen: "it is in use, and no running daemon of libvirt's is confined" };
  }
  const who = confined.map(({ name, profile }) => `${name} runs under ${profile}`).join(", ") ||
    "no daemon runs to look at";
  if (/^\/(usr\/)?s?bin\/[^/]+$/.test(program)) {
    return {
      check,
      level: "ok",
      seen: `${who}; ${program} is where libvirt's profile lets a hook run unconfined`,
    };
  }
  return {
    check,
    level: daemons.length > 0 ? "fail" : "warn",
    seen: `${who}; ${program} is not in /usr/bin, so a link in ${hooks} to it is denied or confined`,
    remedy: "put the program into /usr/bin, then hookvisor uninstall and hookvisor install",
  };
}

function profileOf(pid: number): string {
  const text = readText(`/proc/${pid}/attr/apparmor/current`, SMALL) ??
    readText(`/proc/${pid}/attr/current`, SMALL);
  return (text ?? "unconfined").replace(/\0/g, "").trim();
}

/** Fedora's policy: `virt_hook_t` on the hooks directory, and `virt_hooks_unconfined`, which is off at first. */
function seLinux({ hooks, program }: Patient): Finding[] {
  const check = "SELinux";
  const enforce = readText("/sys/fs/selinux/enforce", SMALL)?.trim();
  if (enforce === undefined) {
    return [{ check, level: "ok", seen: "/sys/fs/selinux/enforce is not there: it is not in use" }];
  }
  if (enforce !== "1") return [{ check, level: "ok", seen: "it is permissive" }];
  const findings: Finding[] = [];
  const boolean = (name: string) => readText(`/sys/fs/selinux/booleans/${name}`, SMALL)?.startsWith("1");
  if (boolean("virt_hooks_unconfined") === false) {
    findings.push({
      check,
      level: "warn",
      seen: "the boolean virt_hooks_unconfined is off: hooks may do little",
      remedy: "setsebool -P virt_hooks_unconfined on",
    });
  }
  if (boolean("deny_execmem") === true) {
    findings.push({
      check,
      level: "fail",
      seen: "the boolean deny_execmem is on: this program cannot run, it makes machine code",
      remedy: "setsebool -P deny_execmem off",
    });
  }
  for (const path of [hooks, program]) {
    const label = runQuickly("/usr/bin/ls", ["-dZ", path])?.stdout.split(" ")[0];
    if (label !== undefined && path === hooks && !label.includes("virt_hook_t")) {
      findings.push({
        check,
        level: "warn",
        seen: `${path} is labelled ${label}, not virt_hook_t`,
        remedy: `restorecon -Rv ${path}`,
      });
    } else if (label !== undefined) {
      findings.push({ check, level: "ok", seen: `${path} is labelled ${label}` });
    }
  }
  return findings;
}

/** The engine's own limits are made for a stack of 8 MiB; a hook gets the daemon's limit. */
function stack({ daemons }: Patient): Finding[] {
  return daemons.flatMap(({ name, pid }): Finding[] => {
    const soft = /^Max stack size\s+(\S+)/m.exec(readText(`/proc/${pid}/limits`, SMALL) ?? "")?.[1];
    if (soft === undefined || soft === "unlimited" || Number(soft) >= STACK_BYTES) return [];
    return [{
      check: "stack",
      level: "warn",
      seen:
        `${name} gives its hooks a stack of ${soft} bytes; deep recursion in a handler may crash the hook`,
      remedy: `systemctl edit ${name}: [Service] LimitSTACK=8M:infinity`,
    }];
  });
}
