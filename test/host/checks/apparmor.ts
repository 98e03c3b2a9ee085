import assert from "node:assert/strict";
import type { Bench } from "../bench.ts";
import type { Host } from "../host.ts";
import { defineLife, playLife } from "../play.ts";
import { installed } from "./package.ts";

const HOOKS = "/etc/libvirt/hooks";
const LINK = `${HOOKS}/qemu.d/50-hookvisor`;
/** A place from which no profile of libvirt's lets a daemon run anything. */
const ELSEWHERE = "/opt/hookvisor";

/** The package on a stock host, then a program that lies where libvirtd's profile denies it. */
export async function apparmor(bench: Bench, host: Host): Promise<void> {
  await installed(bench, host);
  await defineLife(host);
  await bench.check(`install of ${ELSEWHERE} refuses, and makes no link`, async () => {
    await host.vm.must(`hookvisor uninstall && cp /usr/bin/hookvisor ${ELSEWHERE}`);
    const { code, stderr } = await host.vm.run(`${ELSEWHERE} install --driver qemu,network`);
    bench.report.note(stderr.trim());
    assert.equal(code, 1);
    assert.match(stderr, /AppArmor's profile libvirtd/);
    assert.equal((await host.vm.must(`find ${HOOKS} -type l`)).trim(), "");
  });
  await bench.check("with --force it does: libvirt fails every start, and doctor says so", async () => {
    await host.vm.must(`${ELSEWHERE} install --driver qemu,network --force --reload || true`);
    for (const start of ["net-start net1", "start n1"]) {
      assert.match((await host.virsh(start)).stderr, /exit status 126/, start);
    }
    const { code, stdout } = await host.vm.run(`${ELSEWHERE} doctor`);
    assert.equal(code, 2);
    assert.match(stdout, /^fail +AppArmor .*does not let libvirtd .*run \/opt\/hookvisor/m);
    assert.notDeepEqual(await host.denials(), []);
    await host.vm.must("dmesg --clear");
  });
  await bench.check("the line that it names helps: hooks run from there", async () => {
    const { stdout } = await host.vm.run(`${ELSEWHERE} doctor`);
    const [, line, file, load] =
      /add the line "(.+)" to (\S+) and\s+run: (.+)$/m.exec(stdout.replace(/\n +/g, " ")) ?? [];
    assert.ok(line !== undefined, stdout);
    await host.vm.must(`echo '${line}' >> ${file} && ${load}`);
    assert.match(await host.vm.must(`${ELSEWHERE} install --driver qemu,network --reload`), /./);
    await playLife(host);
    await host.vm.must(`sed -i '\\|${ELSEWHERE}|d' ${file} && ${load}`);
  });
  await bench.check(
    "and so does /usr/bin/hookvisor install, which moves the links; doctor finds all well",
    async () => {
      await host.vm.must(`rm ${ELSEWHERE}`);
      const { stdout } = await host.vm.run("hookvisor doctor");
      assert.match(stdout, new RegExp(`${LINK}`));
      await host.vm.must("/usr/bin/hookvisor install --reload");
      assert.equal((await host.vm.must(`readlink -f ${LINK}`)).trim(), "/usr/bin/hookvisor");
      await playLife(host);
      const doctor = await host.vm.run("hookvisor doctor");
      assert.equal(doctor.code, 0, doctor.stdout);
      assert.deepEqual(await host.denials(), []);
    },
  );
}
