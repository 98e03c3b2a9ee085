import type { Policy } from "./config.ts";
import type { Allow } from "../manifest/manifest.ts";
import type { ExecRule } from "../manifest/exec_rule.ts";
import { matchPathRule, type PathRule } from "../manifest/path_rule.ts";
import { matchStar } from "../manifest/star.ts";

/**
 * Programs that connect to libvirtd. Sources: libvirt's own clients
 * (tools/meson.build), virt-manager's, virt-viewer's, virt-top, virt-v2v's and
 * libguestfs's, whose default backend may be libvirt. The list omits programs
 * of the same family that never connect: `virt-what`, `virt-host-validate`,
 * `virt-xml-validate`, `virt-pki-validate`.
 */
const LIBVIRT_CLIENTS: ReadonlySet<string> = new Set([
  "virsh",
  "virt-admin",
  "virt-builder",
  "virt-cat",
  "virt-clone",
  "virt-copy-in",
  "virt-copy-out",
  "virt-customize",
  "virt-df",
  "virt-edit",
  "virt-filesystems",
  "virt-inspector",
  "virt-install",
  "virt-log",
  "virt-login-shell",
  "virt-ls",
  "virt-manager",
  "virt-p2v",
  "virt-qemu-qmp-proxy",
  "virt-rescue",
  "virt-resize",
  "virt-sparsify",
  "virt-ssh-helper",
  "virt-sysprep",
  "virt-tar-in",
  "virt-tar-out",
  "virt-top",
  "virt-v2v",
  "virt-viewer",
  "virt-xml",
  "guestfish",
  "guestmount",
  "gnome-boxes",
]);

/** Whether a program, by its name or the last part of its path, is a client of libvirt. */
export function isLibvirtClient(program: string): boolean {
  return LIBVIRT_CLIENTS.has(baseName(program));
}

/**
 * Why the site's policy denies a command that a handler's own rules allow, or
 * undefined when it does not.
 *
 * A denying rule applies broadly: only the last part of the program's path is compared; the rule's arguments
 * must match the call's first arguments, whatever follows; and a `*` matches anything at all.
 *
 * @param program As the handler gave it.
 * @param files The file that would run, with every symbolic link resolved, under each of its names, so that another
 * name does not circumvent the rule.
 */
export function deniedExec(
  policy: Policy,
  program: string,
  args: readonly string[],
  files: readonly string[] = [],
): string | undefined {
  const client = [program, ...files].find(isLibvirtClient);
  if (client !== undefined && policy.libvirtClients !== "allow") {
    return `${
      baseName(client)
    } is a client of libvirt, and libvirt waits for this hook: the two would wait for ` +
      `each other. ${insteadOf(args, policy)}`;
  }
  const names = [program, ...files].map(baseName);
  const rule = policy.deny.exec.find((r) => names.includes(baseName(r.program)) && beginsLike(r, args));
  return rule && `the site's policy denies it: policy.deny.exec in config.yaml contains ${rule.text}`;
}

/** What to do where a hook calls libvirt. */
function insteadOf(args: readonly string[], { libvirtClients }: Policy): string {
  if (args.some((word) => /^nodedev-(?:detach|dettach|reattach|reset)$/.test(word))) {
    return "libvirt takes a device from its driver and returns it automatically where <hostdev> has managed='yes'; " +
      "where it has not, see the recipe pci-rebind";
  }
  const background = libvirtClients === "background"
    ? "a handler for which libvirt does not wait may call it: mode: background with allow: {libvirtClients: true}"
    : "policy.libvirtClients: allow in config.yaml allows it";
  return `What the hook needs is in event; ${background}`;
}

/**
 * The policy for one handler: one whose manifest asks for libvirt's clients and runs in the background may
 * run them.
 */
export function policyFor(policy: Policy, { libvirtClients }: Pick<Allow, "libvirtClients">): Policy {
  if (policy.libvirtClients !== "background") return policy;
  return { ...policy, libvirtClients: libvirtClients ? "allow" : "background" };
}

function beginsLike(rule: ExecRule, args: readonly string[]): boolean {
  return rule.args.every(({ pattern }, i) => {
    const arg = args[i];
    return arg !== undefined && matchStar(pattern, arg);
  });
}

/** Why one of the policy's rules denies to read or write a path from `normalisePath`, or undefined when none does. */
export function deniedPath(
  rules: readonly PathRule[],
  access: "read" | "write",
  path: string,
): string | undefined {
  // A star in an allowing rule does not match a line end; one in a denying rule does.
  const spellings = [path, path.replace(/[\n\r]/g, "?")];
  const rule = rules.find((r) => spellings.some((spelling) => matchPathRule(r, spelling)));
  return rule && `the site's policy denies it: policy.deny.${access} in config.yaml contains ${rule.text}`;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
