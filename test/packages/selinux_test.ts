import assert from "node:assert/strict";
import { Folder, has, run } from "./support.ts";

const POLICY = "/usr/share/selinux/default";
const TO_CIL = "/usr/libexec/selinux/hll/pp";
const NEEDS = has("checkmodule", "semodule_package", "secilc", "sesearch", "seinfo", "m4", "bzip2") &&
  [POLICY, TO_CIL, "/usr/share/selinux/devel/Makefile"].every((path) => run("test", ["-e", path]).code === 0);

/** The newest format of modules that RHEL 8's tools read. Debian 12's checkmodule writes 21 by itself, Debian 13's 22. */
const FORMAT = 19;
/** What says it all on the policy whose headers compiled it; on others it names something absent, and is left out. */
const INTERFACE = "unconfined_domain(hookvisor_t)";
const SOURCES = new URL("../../packaging/selinux", import.meta.url).pathname;

/** A policy that modules were linked to, asked with setools: each question reads it anew, which takes a second. */
class Linked {
  readonly #path: string;
  readonly #rules = new Map<string, { target: string; kind: string; rights: string[] }[]>();
  #attributes?: Map<string, string[]>;

  constructor(path: string) {
    this.#path = path;
  }

  ask(command: string, ...args: string[]): string {
    return run(command, [...args, this.#path]).out;
  }

  /** What of these a domain may not do to objects of that type and class, whatever the booleans. */
  denied(source: string, target: string, kind: string, rights: readonly string[]): string[] {
    const names = [target, ...(this.#attributesOf().get(target) ?? assert.fail(`no type ${target}`))];
    const allowed = this.#rulesOf(source).filter((rule) => rule.kind === kind && names.includes(rule.target))
      .flatMap((rule) => rule.rights);
    return rights.filter((right) => !allowed.includes(right));
  }

  #rulesOf(source: string) {
    const rules = this.#rules.get(source) ??
      [...this.ask("sesearch", "-A", "-s", source).matchAll(/^allow \S+ (\S+):(\S+) (?:\{ (.*) \}|(\w+));/gm)]
        .map(([, target = "", kind = "", many, one = ""]) => ({
          target,
          kind,
          rights: many?.split(" ") ?? [one],
        }));
    this.#rules.set(source, rules);
    return rules;
  }

  #attributesOf() {
    return this.#attributes ??= new Map(
      [
        ...run("seinfo", [this.#path, "-x", "-t"]).out.matchAll(
          /^ +type (\S+?)(?: alias .*?[^,])?(?:, (.*))?;$/gm,
        ),
      ].map(([, type = "", attributes]) => [
        type,
        attributes?.split(", ") ?? [],
      ]),
    );
  }
}

/** Debian's policy with our module, twice: as it is, and as if it had been compiled with another policy's headers. */
function linked(folder: string): { own: Linked; foreign: Linked; contexts: string; module: Uint8Array } {
  const rules = Deno.readTextFileSync(`${SOURCES}/hookvisor.te`);
  assert.ok(rules.includes(INTERFACE));
  Deno.mkdirSync(`${folder}/foreign`);
  Deno.writeTextFileSync(
    `${folder}/foreign/hookvisor.te`,
    rules.replace(INTERFACE, `${INTERFACE}\ngen_require(\`type absent_t;')`),
  );
  const lines = `set -e
cd ${folder}
cp -n ${SOURCES}/* foreign/
sh ${SOURCES}/make_module.sh own
sh foreign/make_module.sh foreign
for ours in own foreign; do ${TO_CIL} < $ours/hookvisor.pp > $ours/hookvisor.cil; done
for module in ${POLICY}/*.pp.bz2; do bzip2 -dc $module | ${TO_CIL} > $(basename $module .pp.bz2).cil 2> /dev/null; done
for ours in own foreign; do secilc -M true -c 31 -o $ours/policy -f $ours/contexts *.cil $ours/hookvisor.cil; done`;
  const { code, out } = run("sh", ["-c", lines]);
  assert.equal(code, 0, out);
  return {
    own: new Linked(`${folder}/own/policy`),
    foreign: new Linked(`${folder}/foreign/policy`),
    contexts: Deno.readTextFileSync(`${folder}/own/contexts`),
    module: Deno.readFileSync(`${folder}/own/hookvisor.pp`),
  };
}

/** The format of a module: the number behind its name and the type "module". */
function formatOf(module: Uint8Array): number {
  const name = new TextEncoder().encode("SE Linux Module");
  const at = module.findIndex((_, index) => name.every((byte, offset) => module[index + offset] === byte));
  return new DataView(module.buffer).getUint32(at + name.length + 4, true);
}

Deno.test({
  name:
    "SELinux: the module links with Debian's policy, and libvirt's daemons enter hookvisor's domain by its program " +
    "(needs Debian's selinux-policy-dev and selinux-policy-default and secilc and setools)",
  ignore: !NEEDS,
  fn() {
    using folder = new Folder();
    const { own: policy, foreign, contexts, module } = linked(folder.path);
    const ask = (command: string, ...args: string[]) => policy.ask(command, ...args);
    assert.equal(formatOf(module), FORMAT);
    const transitions = ask("sesearch", "-T", "-c", "process");
    // Debian lets admins and scripts of packages generate no machine code: they enter the domain too.
    for (const domain of ["virtd_t", "virtd_lxc_t", "init_t", "unconfined_t", "dpkg_script_t"]) {
      assert.match(
        transitions,
        new RegExp(`^type_transition ${domain} hookvisor_exec_t:process hookvisor_t;`, "m"),
      );
      const target = ["-s", domain, "-t", "hookvisor_exec_t", "-c", "file", "-p", "execute"];
      assert.match(
        ask("sesearch", "-A", ...target),
        new RegExp(`^allow (?:${domain}|unconfined_domain_type) hookvisor_exec_t:file `, "m"),
      );
      const enters = ["-s", domain, "-t", "hookvisor_t", "-c", "process", "-p", "transition"];
      assert.match(ask("sesearch", "-A", ...enters), /^allow /m);
    }
    const own = ["-s", "hookvisor_t", "-t", "hookvisor_t", "-c", "process", "-p", "execmem"];
    assert.match(
      ask("sesearch", "-A", ...own),
      /^allow hookvisor_t hookvisor_t:process \{[^}]*\bexecmem\b[^}]*\};$/m,
    );
    // Units are under systemd's own control.
    for (const target of ["systemd_unit_t", "systemd_transient_unit_t", "init_t"]) {
      const starts = ask("sesearch", "-A", "-s", "hookvisor_t", "-t", target, "-c", "service", "-p", "start");
      assert.match(starts, /^allow hookvisor_t /m, target);
    }
    const entry = ["-t", "hookvisor_exec_t", "-c", "file", "-p", "entrypoint"];
    assert.match(
      ask("sesearch", "-A", ...entry),
      /^allow hookvisor_t hookvisor_exec_t:file \{[^}]*\bentrypoint\b/m,
    );
    const checkpoint = ["-s", "hookvisor_t", "-t", "hookvisor_runtime_t", "-c", "file", "-p", "execmod"];
    assert.match(
      ask("sesearch", "-A", ...checkpoint),
      /^allow hookvisor_t hookvisor_runtime_t:file \{[^}]*\bexecute\b/m,
    );
    // Nobody else gets in by it, and others' programs do not lead into the domain.
    const others = ask("sesearch", "-A", "-t", "hookvisor_t", "-c", "process", "-p", "transition");
    assert.doesNotMatch(others, /^allow (?:virt_domain|svirt_t|user_t) /m);
    assert.match(ask("seinfo", "-x", "-t", "hookvisor_t"), /\bunconfined_domain_type\b/);
    assert.match(contexts, /^\/usr\/bin\/hookvisor\s+--\s+system_u:object_r:hookvisor_exec_t:s0$/m);
    assert.match(contexts, /^\/run\/hookvisor\(\/\.\*\)\?\s+system_u:object_r:hookvisor_runtime_t:s0$/m);
    assert.match(contexts, /^\/var\/run\/hookvisor\(\/\.\*\)\?\s+system_u:object_r:hookvisor_runtime_t:s0$/m);
    // Whoever makes /run/hookvisor gives it that label: admins, scripts of packages, services.
    const labels = ask("sesearch", "-T", "-t", "var_run_t", "-c", "dir", "-D", "hookvisor_runtime_t");
    for (const domain of ["hookvisor_t", "unconfined_t", "sysadm_t", "dpkg_script_t", "initrc_t"]) {
      assert.match(
        labels,
        new RegExp(`^type_transition ${domain} var_run_t:dir hookvisor_runtime_t hookvisor;$`, "m"),
      );
    }
    // The daemons reach the link, run the program, read its answer and end it; it reads theirs.
    const bothWays: [source: string, target: string, kind: string, rights: string[]][] = [
      ["virtd_t", "bin_t", "dir", ["search"]],
      ["virtd_t", "virt_etc_rw_t", "dir", ["search", "read", "open"]],
      ["virtd_t", "virt_etc_rw_t", "lnk_file", ["getattr", "read"]],
      ["virtd_t", "hookvisor_exec_t", "file", ["getattr", "open", "read", "execute", "map"]],
      ["virtd_t", "hookvisor_t", "process", ["transition", "signull", "signal", "sigkill"]],
      ["init_t", "hookvisor_t", "process2", ["nnp_transition", "nosuid_transition"]],
      ["hookvisor_t", "virtd_t", "process", ["sigchld"]],
      ["hookvisor_t", "virtd_t", "fd", ["use"]],
      ["hookvisor_t", "virtd_t", "fifo_file", ["getattr", "read", "write"]],
    ];
    for (const [source, target, kind, rights] of bothWays) {
      assert.deepEqual(policy.denied(source, target, kind, rights), [], `${source} ${target}:${kind}`);
    }
    // Compiled with other headers, the domain is as unconfined as with the policy's own.
    const unconfined: [target: string, kind: string, rights: string[]][] = [
      ["hookvisor_t", "process", ["execmem", "execstack", "fork", "setexec", "setrlimit", "setsched"]],
      ["hookvisor_t", "capability", ["dac_override", "net_admin", "sys_admin", "sys_module", "sys_rawio"]],
      ["hookvisor_t", "passwd", ["rootok", "passwd", "crontab"]],
      ["hookvisor_t", "netlink_netfilter_socket", ["create", "bind", "read", "write"]],
      ["hookvisor_runtime_t", "file", ["create", "map", "execute", "execmod"]],
      ["system_dbusd_t", "dbus", ["acquire_svc", "send_msg"]],
      ["virtd_t", "unix_stream_socket", ["connectto"]],
      ["svirt_t", "process", ["signal", "sigkill", "setsched"]],
      ["nscd_t", "nscd", ["getpwd", "shmempwd"]],
      ["security_t", "security", ["setbool", "load_policy", "setenforce"]],
      ["systemd_unit_t", "service", ["start", "stop", "status"]],
      ["modules_object_t", "system", ["module_load"]],
      ["sysfs_t", "file", ["open", "read", "write"]],
      ["cgroup_t", "file", ["open", "read", "write"]],
      ["sysctl_vm_t", "file", ["open", "read", "write"]],
      ["hugetlbfs_t", "filesystem", ["mount", "unmount"]],
      ["shadow_t", "file", ["read", "write"]],
      ["vfio_device_t", "chr_file", ["open", "read", "write", "ioctl"]],
      ["shell_exec_t", "file", ["execute", "execute_no_trans", "map"]],
      ["iptables_exec_t", "file", ["execute", "execute_no_trans", "map"]],
    ];
    for (const [target, kind, rights] of unconfined) {
      const of = `${target}:${kind}`;
      assert.deepEqual(policy.denied("hookvisor_t", target, kind, rights), [], `own headers, ${of}`);
      assert.deepEqual(foreign.denied("hookvisor_t", target, kind, rights), [], `other headers, ${of}`);
    }
  },
});
