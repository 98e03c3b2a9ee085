/**
 * Boots a whole Debian host in QEMU (emulated, so it needs no virtualization), with systemd, AppArmor or SELinux,
 * journald and libvirt, and installs the package on it: `run.ts OLD.deb NEW.deb [PART...]`, as root.
 */
import { Report, seconds } from "../e2e/report.ts";
import { Bench } from "./bench.ts";
import { background } from "./checks/background.ts";
import { confined } from "./checks/confined.ts";
import { full } from "./checks/full.ts";
import { journald } from "./checks/journald.ts";
import { killed } from "./checks/killed.ts";
import { installed, upgraded } from "./checks/package.ts";
import { reboot } from "./checks/reboot.ts";
import { recipes } from "./checks/recipes.ts";
import { selinux } from "./checks/selinux.ts";
import { units } from "./checks/units.ts";
import { services } from "./checks/services.ts";
import { Host, NOTES } from "./host.ts";
import { image } from "./image.ts";
import { type Image, Vm } from "./vm.ts";

type Part = [title: string, body: (bench: Bench, host: Host) => Promise<void>];

/** What is played one after the other on one host under AppArmor; the first is always played. */
const APPARMOR = {
  installed: ["The package is installed", installed],
  confined: ["Hook calls under AppArmor, from libvirtd and from split daemons", confined],
  journald: ["The journal", journald],
  background: ["A handler in the background while libvirtd restarts", background],
  recipes: ["What handlers change on the real host", recipes],
  services: ["Services of systemd beside guests", services],
  killed: ["What comes back when guests and daemons are killed", killed],
  units: ["Limits of libvirtd's unit", units],
  full: ["Full file systems", full],
  reboot: ["Boots", reboot],
  upgraded: ["The package is upgraded, removed and purged", upgraded],
} satisfies Record<string, Part>;

const SELINUX = {
  selinux: ["The package and hook calls under SELinux", selinux],
} satisfies Record<string, Part>;

async function main([old, newer, ...only]: string[]): Promise<number> {
  const unknown = only.filter((name) => !(name in APPARMOR) && !(name in SELINUX));
  if (old === undefined || newer === undefined || unknown.length > 0) {
    console.error(`usage: run.ts OLD.deb NEW.deb [${Object.keys({ ...APPARMOR, ...SELINUX }).join("|")}]...`);
    return 2;
  }
  const began = performance.now();
  const report = new Report();
  const made = await image();
  const inputs = await Deno.makeTempDir({ prefix: "hookvisor-inputs-" });
  try {
    await Deno.copyFile(old, `${inputs}/old.deb`);
    await Deno.copyFile(newer, `${inputs}/new.deb`);
    await policyModule(inputs);
    for (const [security, parts] of Object.entries({ apparmor: APPARMOR, selinux: SELINUX })) {
      const wanted = Object.entries(parts).filter(([name]) => only.length === 0 || only.includes(name));
      if (wanted.length === 0) continue;
      const first = Object.entries(parts)[0]!;
      const played = wanted[0]![0] === first[0] ? wanted : [first, ...wanted];
      await playHost(report, made, inputs, security, played);
    }
  } finally {
    await Deno.remove(inputs, { recursive: true });
  }
  console.log(`took ${seconds(performance.now() - began)}`);
  return report.end();
}

/** hookvisor's module for SELinux, compiled with the headers that are here: a module is made for all policies. */
async function policyModule(output: string): Promise<void> {
  const script = new URL("../../packaging/selinux/make_module.sh", import.meta.url).pathname;
  const { code, stderr } = await new Deno.Command("sh", { args: [script, output], stderr: "piped" }).output();
  if (code !== 0) throw new Error(`${script} ended with ${code}: ${new TextDecoder().decode(stderr)}`);
}

async function playHost(
  report: Report,
  made: Image,
  inputs: string,
  security: string,
  parts: [string, Part][],
): Promise<void> {
  report.title(`== A host with ${security}`);
  const began = performance.now();
  const vm = await Vm.start(made, { inputs, kernel: `security=${security} ${security}=1 enforcing=1` });
  const interrupted = async () => {
    await vm.end();
    await Deno.remove(inputs, { recursive: true });
    Deno.exit(130);
  };
  Deno.addSignalListener("SIGINT", interrupted);
  Deno.addSignalListener("SIGTERM", interrupted);
  try {
    await vm.up();
    report.note(`it came up in ${seconds(performance.now() - began)}`);
    await vm.must(`echo '/dev/vdb /mnt ext4 ro 0 0' >> /etc/fstab && mount /mnt && mkdir -p ${NOTES}`);
    const host = new Host(vm);
    const bench = new Bench(report, host);
    for (const [name, [title, body]] of parts) {
      report.title(title);
      try {
        await body(bench, host);
      } catch (error) {
        await bench.check(`${name}: its checks ran to the end`, () => Promise.reject(error));
      }
    }
    const { calls, restored } = host.counts;
    report.note(`${vm.boots} boots, ${calls} hook calls looked at, ${restored} of them restored`);
  } finally {
    Deno.removeSignalListener("SIGINT", interrupted);
    Deno.removeSignalListener("SIGTERM", interrupted);
    await vm.end();
  }
}

Deno.exit(await main(Deno.args));
