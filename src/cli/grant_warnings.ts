// Longer than other files: most of it is one table, what each program or path could do with a grant.
import { choosesCode } from "../manifest/code_variables.ts";
import type { Issue } from "../base/issue.ts";
import { type ExecRule, parseExecRule } from "../manifest/exec_rule.ts";
import type { Allow, Located } from "../manifest/manifest.ts";
import { matchPathRule, parsePathRule, type PathRule } from "../manifest/path_rule.ts";

/** Programs that run any code passed to them. `python3.11` counts as python. */
const SHELLS = [
  "sh",
  "bash",
  "dash",
  "zsh",
  "ksh",
  "mksh",
  "fish",
  "ash",
  "csh",
  "tcsh",
  "busybox",
  "toybox",
];
const INTERPRETERS = [
  ...[
    "python",
    "perl",
    "ruby",
    "node",
    "nodejs",
    "deno",
    "bun",
    "lua",
    "luajit",
    "php",
    "tclsh",
    "expect",
    "guile",
  ],
  ...[
    "awk",
    "gawk",
    "mawk",
    "nawk",
    "sed",
    "ed",
    "ex",
    "vi",
    "vim",
    "nvim",
    "emacs",
    "gdb",
    "m4",
    "make",
    "R",
  ],
];
/** Programs that run another program, named in their arguments. */
const LAUNCHERS = [
  ...[
    "env",
    "xargs",
    "nsenter",
    "chroot",
    "sudo",
    "doas",
    "su",
    "runuser",
    "setpriv",
    "systemd-run",
    "setsid",
  ],
  ...[
    "nohup",
    "timeout",
    "nice",
    "ionice",
    "chrt",
    "taskset",
    "numactl",
    "unshare",
    "flock",
    "find",
    "ssh",
    "at",
  ],
  ...[
    "strace",
    "ltrace",
    "watch",
    "script",
    "parallel",
    "start-stop-daemon",
    "crontab",
    "docker",
    "podman",
    "tar",
  ],
];
/** Programs that write, move or remove any file that their arguments name, whatever `allow.write` says. */
const WRITERS = [
  ...[
    "cp",
    "mv",
    "ln",
    "rm",
    "dd",
    "tee",
    "install",
    "rsync",
    "truncate",
    "shred",
    "mkfs",
    "chmod",
    "chown",
    "touch",
  ],
  ...[
    "mknod",
    "mount",
    "umount",
    "curl",
    "wget",
    "patch",
    "cpio",
    "unzip",
    "setfacl",
    "chattr",
    "mkdir",
    "rmdir",
  ],
];
/** Programs for which any argument is too much. */
const MIGHTY = [
  "systemctl",
  "modprobe",
  "insmod",
  "rmmod",
  "sysctl",
  "kill",
  "pkill",
  "killall",
  "nft",
  "iptables",
];

const WRITE_PROBES = [
  ...["/etc/passwd", "/etc/shadow", "/etc/sudoers", "/etc/crontab", "/etc/ld.so.preload", "/etc/fstab"],
  ...["/etc/systemd/system/x.service", "/etc/ssh/sshd_config", "/etc/hookvisor/handlers/99-x.js"],
  ...["/etc/libvirt/hooks/qemu", "/etc/libvirt/qemu/x.xml", "/usr/bin/sh", "/usr/sbin/init", "/usr/lib/x.so"],
  ...[
    "/bin/sh",
    "/sbin/init",
    "/lib/x.so",
    "/usr/local/bin/x",
    "/boot/vmlinuz",
    "/root/.ssh/authorized_keys",
  ],
  ...[
    "/root/.bashrc",
    "/var/spool/cron/crontabs/root",
    "/proc/sys/kernel/core_pattern",
    "/proc/sysrq-trigger",
  ],
  ...["/sys/kernel/uevent_helper", "/dev/sda", "/dev/mem", "/run/hookvisor/checkpoint"],
];
const READ_PROBES = [
  ...[
    "/etc/shadow",
    "/etc/ssh/ssh_host_ed25519_key",
    "/root/.ssh/id_ed25519",
    "/proc/1/environ",
    "/proc/kcore",
  ],
  ...["/var/lib/libvirt/secrets/x", "/etc/libvirt/secrets/x.xml", "/dev/sda", "/home/user/.ssh/id_ed25519"],
];

/** Warnings for rules of a manifest that in effect allow everything. */
export function grantWarnings(file: string, allow: Allow): Issue[] {
  const issues: Issue[] = [];
  const warn = (at: Located<string>, message: string | undefined, hint: string) => {
    if (message === undefined) return;
    issues.push({ severity: "warning", file, line: at.line, column: at.column, message, hint });
  };
  for (const rule of [...allow.exec, ...allow.look]) {
    warn(rule, spacedProgram(rule.value), "write it without quotes: the program first, then its arguments");
    warn(rule, execDanger(rule.value), "name the one program that is needed, and each of its arguments");
  }
  for (const [access, probes] of [["write", WRITE_PROBES], ["read", READ_PROBES]] as const) {
    for (const rule of allow[access]) {
      warn(rule, pathDanger(access, rule.value, probes), "name the files that are needed");
    }
  }
  for (const variable of allow.env) {
    if (!choosesCode(variable.value)) continue;
    const runs = allow.exec.length + allow.look.length === 0 ? "a program" : "every program of allow.exec";
    const message = `env: ${variable.value} can make ${runs} run code of the handler's choice, as root`;
    warn(variable, message, "remove it; runAs cannot be combined with it");
  }
  return issues;
}

/** A rule in quotes is one word: a program whose name is a whole command line. */
function spacedProgram(text: string): string | undefined {
  const read = parseExecRule(text);
  if ("error" in read || !/\s/.test(read.rule.program)) return undefined;
  return `exec: the program's name is ${JSON.stringify(read.rule.program)}, with a space in it`;
}

function execDanger(text: string): string | undefined {
  const read = parseExecRule(text);
  if ("error" in read) return undefined;
  const { rule } = read;
  const program = rule.program.slice(rule.program.lastIndexOf("/") + 1);
  const family = program.replace(/[0-9.]+$/, "");
  const open = isOpen(rule);
  if (SHELLS.includes(program)) return `exec: ${program} is a shell: ${beyond(open, rule)}`;
  if (INTERPRETERS.includes(program) || INTERPRETERS.includes(family)) {
    return `exec: ${program} is an interpreter: ${beyond(open, rule)}`;
  }
  if (!open) return undefined;
  const launched = LAUNCHERS.includes(program) ? launchedProgram(rule) : undefined;
  if (launched !== undefined) return execDanger(launched);
  if (LAUNCHERS.includes(program) && !isForProcess(program, rule)) {
    return `exec: ${program} runs other programs, so "${text}" allows any program`;
  }
  if (WRITERS.includes(program) || program.startsWith("mkfs.")) {
    return `exec: "${text}" can change files that allow.write does not name`;
  }
  if (MIGHTY.includes(program) && isOpenFromStart(rule) && !namesCommand(program, rule)) {
    return `exec: "${text}" allows everything that ${program} can do`;
  }
  return undefined;
}

/** What follows `--` in a launcher's rule, if that names the program: treated as its own rule. */
function launchedProgram({ args, more }: ExecRule): string | undefined {
  const dashes = args.findIndex(({ text }) => text === "--");
  const rest = dashes < 0 ? [] : args.slice(dashes + 1);
  return rest[0]?.pattern.length === 1
    ? [...rest.map(({ text }) => text), ...(more ? ["..."] : [])].join(" ")
    : undefined;
}

/** `chrt -p`, `taskset -p`, …: they change a running process, and start none. */
function isForProcess(program: string, { args }: ExecRule): boolean {
  return ["chrt", "taskset", "ionice", "prlimit"].includes(program) &&
    args.some(({ text }) => text === "--pid" || /^-[A-Za-z]*p$/.test(text));
}

/** iptables and similar take their action as an option, at any position: `-w -t * -N *` creates chains and nothing else. */
function namesCommand(program: string, { args }: ExecRule): boolean {
  return /^(?:(?:ip6?|arp|eb)tables)/.test(program) &&
    args.some(({ text }) =>
      /^-[ADCIRSFZNXEPL]$/.test(text) ||
      /^--(?:append|delete|check|insert|replace|list|list-rules|flush|zero|new-chain|new|delete-chain|rename-chain|policy)$/
        .test(text)
    );
}

function beyond(open: boolean, { args }: ExecRule): string {
  return open || args.length === 0 ? "with it the handler can run anything" : "its input is not checked";
}

/** Whether the caller chooses a whole argument. */
function isOpen({ args, more }: ExecRule): boolean {
  return more || args.some(({ pattern }) => pattern.length > 1 && pattern.every((part) => part.length < 2));
}

/** Whether the rule leaves open the first argument that is not an option. */
function isOpenFromStart({ args, more }: ExecRule): boolean {
  const first = args.find(({ text }) => !text.startsWith("-"));
  return first === undefined ? more : first.pattern.length > 1 && first.pattern.every((part) => part === "");
}

/**
 * The probes that a rule with a star matches. A rule that spells out a path is a decision, and reported only
 * for files that no handler should write.
 */
function pathDanger(access: "read" | "write", text: string, probes: readonly string[]): string | undefined {
  const read = parsePathRule(text);
  if ("error" in read) return undefined;
  const reached = probes.filter((probe) => reaches(read.rule, probe));
  if (reached.length === 0) return undefined;
  const verb = access === "write" ? "change" : "read";
  const named = reached.filter((probe) => !/\bx\b/.test(probe));
  const shown =
    (named.length > 0 ? named : reached.map((probe) => probe.slice(0, probe.lastIndexOf("/") + 1)))
      .slice(0, 3);
  return `${access}: ${text} lets the handler ${verb} ${shown.join(", ")}${
    reached.length > 3 ? " and more" : ""
  }`;
}

function reaches(rule: PathRule, path: string): boolean {
  return matchPathRule(rule, path);
}
