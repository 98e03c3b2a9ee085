/**
 * Boots a whole Debian host in QEMU (emulated, so it needs no virtualization), with systemd, AppArmor or SELinux,
 * journald and libvirt, and installs the package on it: `run.ts OLD.deb NEW.deb [apparmor|selinux] [PART...]`, as root.
 */
import { Report, seconds } from "../e2e/report.ts";
import { Bench } from "./bench.ts";
import { apparmor } from "./checks/apparmor.ts";
import { background } from "./checks/background.ts";
import { confined } from "./checks/confined.ts";
import { full } from "./checks/full.ts";
import { journald } from "./checks/journald.ts";
import { killed } from "./checks/killed.ts";
import { upgraded } from "./checks/package.ts";
import { reboot } from "./checks/reboot.ts";
import { recipes } from "./checks/recipes.ts";
import { selinux } from "./checks/selinux.ts";
import { units } from "./checks/units.ts";
import { services } from "./checks/services.ts";
import { MAKE_HALT } from "./guests.ts";
import { Host, NOTES, type Security } from "./host.ts";
import { image } from "./image.ts";
import { type Image, Vm } from "./vm.ts";

type Part = [title: string, body: (bench: Bench, host: Host) => Promise<void>];

/** The first of each host, which is always played. */
const FIRST: Record<Security, Part> = {
  apparmor: ["The package is installed, and a program where libvirt's profiles allow none", apparmor],
  selinux: ["The package is installed under Debian's policy, with and without its module", selinux],
};

/** What is then played one after the other on each. */
const PARTS = {
  confined: ["Hook calls from libvirtd and from split daemons, confined", confined],
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

/** No denial is missing in the kernel's log. */
const ALL_LOGGED = "sysctl.kernel.printk_ratelimit=0 log_buf_len=8M";

async function main([old, newer, ...words]: string[]): Promise<number> {
  const unknown = words.filter((word) => !(word in FIRST) && !(word in PARTS));
  if (old === undefined || newer === undefined || unknown.length > 0) {
    console.error(`usage: run.ts OLD.deb NEW.deb [${Object.keys({ ...FIRST, ...PARTS }).join("|")}]...`);
    return 2;
  }
  const [hosts, parts] = [chosen(FIRST, words), chosen(PARTS, words)];
  const began = performance.now();
  const report = new Report();
  const made = await image();
  const inputs = await Deno.makeTempDir({ prefix: "hookvisor-inputs-" });
  try {
    await Deno.copyFile(old, `${inputs}/old.deb`);
    await Deno.copyFile(newer, `${inputs}/new.deb`);
    await policyModule(inputs);
    for (const [security, first] of hosts) {
      await playHost(report, made, inputs, security, [[security, first], ...parts]);
    }
  } finally {
    await Deno.remove(inputs, { recursive: true });
  }
  console.log(`took ${seconds(performance.now() - began)}`);
  return report.end();
}

/** Those that were named, or all. */
function chosen<K extends string, V>(all: Record<K, V>, words: string[]): [K, V][] {
  const entries = Object.entries(all) as [K, V][];
  const named = entries.filter(([name]) => words.includes(name));
  return named.length === 0 ? entries : named;
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
  security: Security,
  parts: [string, Part][],
): Promise<void> {
  report.title(`== A host with ${security}`);
  const began = performance.now();
  const kernel = `security=${security} ${security}=1 enforcing=1 ${ALL_LOGGED}`;
  const vm = await Vm.start(made, { inputs, kernel });
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
    await vm.must(
      `echo '/dev/vdb /mnt ext4 ro 0 0' >> /etc/fstab && mount /mnt && mkdir -p ${NOTES} && ${MAKE_HALT}`,
    );
    const host = new Host(vm, security);
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
