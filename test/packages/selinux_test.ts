import assert from "node:assert/strict";
import { Folder, has, run } from "./support.ts";

const POLICY = "/usr/share/selinux/default";
const TO_CIL = "/usr/libexec/selinux/hll/pp";
const NEEDS = has("checkmodule", "semodule_package", "secilc", "sesearch", "seinfo", "m4", "bzip2") &&
  [POLICY, TO_CIL, "/usr/share/selinux/devel/Makefile"].every((path) => run("test", ["-e", path]).code === 0);

/** Our module, compiled, and linked with all modules of Debian's policy. */
function linked(folder: string): { ask(...args: string[]): string; contexts: string } {
  const script = new URL("../../packaging/selinux/make_module.sh", import.meta.url).pathname;
  const lines = `set -e
sh ${script} ${folder}
cd ${folder}
${TO_CIL} < hookvisor.pp > hookvisor.cil
for module in ${POLICY}/*.pp.bz2; do bzip2 -dc $module | ${TO_CIL} > $(basename $module .pp.bz2).cil 2> /dev/null; done
secilc -M true -c 31 -o policy -f contexts *.cil`;
  const { code, out } = run("sh", ["-c", lines]);
  assert.equal(code, 0, out);
  const ask = (command: string, ...args: string[]) => run(command, [...args, `${folder}/policy`]).out;
  return { ask, contexts: Deno.readTextFileSync(`${folder}/contexts`) };
}

Deno.test({
  name:
    "SELinux: the module links with Debian's policy, and libvirt's daemons enter hookvisor's domain by its program " +
    "(needs Debian's selinux-policy-dev and selinux-policy-default and secilc and setools)",
  ignore: !NEEDS,
  fn() {
    using folder = new Folder();
    const { ask, contexts } = linked(folder.path);
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
  },
});
