import type { Finding, Patient } from "./finding.ts";
import { hooksFor } from "../hook_links.ts";
import type { LibvirtDaemon } from "../libvirt_host.ts";
import {
  deniedRights,
  domainEntered,
  fileContext,
  isContext,
  processContext,
  selinuxBoolean,
  selinuxMode,
} from "../../system/selinux.ts";

const check = "SELinux";
/** The type that our policy module (packaging/selinux) gives the program. */
const OUR_TYPE = "hookvisor_exec_t";
const OUR_CONTEXT = `system_u:object_r:${OUR_TYPE}:s0`;

/**
 * Asks the kernel whether each running daemon can find its link and run this program, and in which domain the
 * hook then runs.
 */
export function selinux(patient: Patient): Finding[] {
  const mode = selinuxMode();
  if (mode === undefined) {
    return [{ check, level: "ok", seen: "/sys/fs/selinux/enforce does not exist: SELinux is not in use" }];
  }
  if (mode === "permissive") {
    return [{ check, level: "ok", seen: "SELinux is permissive: it denies nothing" }];
  }
  const label = fileContext(patient.program);
  if (label === undefined) {
    return [{ check, level: "note", seen: `ls -Z does not print the label of ${patient.program}` }];
  }
  const hasModule = isContext(OUR_CONTEXT) || isContext(OUR_CONTEXT.replace(/:s0$/, ""));
  return [
    ...ourLabel(patient.program, label, hasModule),
    ...patient.daemons.flatMap((daemon) => daemonFindings(patient, daemon, label, hasModule)),
  ];
}

/** Whether our policy module is loaded, and the program has its label. */
function ourLabel(program: string, label: string, hasModule: boolean): Finding[] {
  const isOurs = typeOf(label) === OUR_TYPE;
  if (!hasModule) {
    return [{
      check,
      level: "note",
      seen: `${program} is labelled ${label}; the policy has no module for hookvisor`,
    }];
  }
  if (isOurs) {
    return [{
      check,
      level: "ok",
      seen: `hookvisor's module is loaded, and ${program} is labelled ${label}`,
    }];
  }
  return [{
    check,
    level: "warn",
    seen: `hookvisor's module is loaded, and ${program} is labelled ${label}, not ${OUR_TYPE}`,
    remedy: program === "/usr/bin/hookvisor" || program === "/usr/local/bin/hookvisor"
      ? `restorecon -v ${program}`
      : `semanage fcontext -a -t ${OUR_TYPE} ${program}; restorecon -v ${program}`,
  }];
}

function daemonFindings(
  patient: Patient,
  daemon: LibvirtDaemon,
  label: string,
  hasModule: boolean,
): Finding[] {
  const who = `${daemon.name} (pid ${daemon.pid})`;
  const context = processContext(daemon.pid);
  if (context === undefined) {
    return [{ check, level: "note", seen: `the domain of ${who} cannot be read` }];
  }
  const unread = unreadLinks(patient, daemon, context);
  if (unread.length > 0) return unread.map((link): Finding => link);
  const entered = domainEntered(context, label) ?? context;
  const denied = deniedToRun(context, label, entered);
  if (denied.length === 0) {
    const how = typeOf(entered) === typeOf(context)
      ? "in its own domain"
      : `in the domain ${typeOf(entered)}`;
    return [{
      check,
      level: "ok",
      seen: `${who} is in ${typeOf(context)}, and may run a hook with that label ${how}`,
    }];
  }
  const isPassedOver = denied.some(({ right }) => right === "file execute");
  return [{
    check,
    level: "fail",
    seen: `${who} is in ${typeOf(context)}, which may not run ${patient.program}: ${
      denied.map(({ of, right, on }) => `${of} has no ${right} on ${on}`).join(", ")
    }; ${isPassedOver ? "it skips the hook silently" : "every hook call fails"}`,
    remedy: remedyFor(patient.program, hasModule, denied),
  }];
}

interface Denied {
  of: string;
  right: string;
  on: string;
}

/** The rights that the policy denies among those needed to run the program and to let V8 generate code. */
function deniedToRun(context: string, label: string, entered: string): Denied[] {
  const rights = (of: string, on: string, kind: string, names: string[]): Denied[] =>
    deniedRights(of, on, kind, names).map((name) => ({
      of: typeOf(of),
      right: `${kind} ${name}`,
      on: typeOf(on),
    }));
  const changes = typeOf(entered) !== typeOf(context);
  return [
    ...rights(context, label, "file", [
      "getattr",
      "read",
      "execute",
      ...(changes ? [] : ["execute_no_trans"]),
    ]),
    ...(changes ? rights(context, entered, "process", ["transition"]) : []),
    ...(changes ? rights(entered, label, "file", ["entrypoint"]) : []),
    ...rights(entered, entered, "process", ["execmem"]),
  ];
}

/** The remedy, by the policy's generation: our module always helps; a boolean only where nothing else denies. */
function remedyFor(program: string, hasModule: boolean, denied: readonly Denied[]): string {
  if (hasModule) return `restorecon -v ${program}`;
  if (denied.every(({ right }) => right === "process execmem") && selinuxBoolean("deny_execmem") === true) {
    return "setsebool -P deny_execmem off; or install hookvisor-selinux, whose domain needs no boolean";
  }
  return "install the package hookvisor-selinux, or its module: semodule -i hookvisor.pp.bz2; restorecon -v " +
    `${program}. The boolean virt_hooks_unconfined does not help: it affects only programs labelled virt_hook_t`;
}

/** Links of ours that a daemon may not follow. */
function unreadLinks(
  { hooks, program }: Patient,
  { name, drivers }: LibvirtDaemon,
  context: string,
): Finding[] {
  const links = drivers.flatMap((driver) => hooksFor(hooks, driver, program)).filter(({ leadsHere }) =>
    leadsHere
  );
  return links.flatMap(({ path }): Finding[] => {
    const label = fileContext(path);
    const denied = label === undefined ? [] : deniedRights(context, label, "lnk_file", ["read"]);
    if (denied.length === 0) return [];
    return [{
      check,
      level: "fail",
      seen: `${name} is in ${typeOf(context)}, which may not read the link ${path}, labelled ${label}`,
      remedy: `restorecon -Rv ${hooks}; if that changes nothing, install the package hookvisor-selinux`,
    }];
  });
}

/** `virtd_t` of `system_u:system_r:virtd_t:s0-s0:c0.c1023`. */
function typeOf(context: string): string {
  return context.split(":")[2] ?? context;
}
