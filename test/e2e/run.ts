/**
 * Plays a real libvirt, with real guests, containers and networks, against the compiled binary, as root:
 * `run.ts dist/hookvisor [--libvirt SUITE] [FILE-OF-CHECKS...]`. Without a suite it is this machine's libvirtd; with
 * one it is that suite's libvirtd and migrations to it from each older libvirt there is, then its split daemons.
 */
import { SUITES } from "../debian/root.ts";
import { Bench } from "./bench.ts";
import { removeStaleCgroups } from "./cgroups.ts";
import { checkpoint } from "./checks/checkpoint.ts";
import { desk } from "./checks/desk.ts";
import { hangs } from "./checks/hangs.ts";
import { life } from "./checks/life.ts";
import { newer } from "./checks/newer.ts";
import { oddities } from "./checks/oddities.ts";
import { placement } from "./checks/placement.ts";
import { recorded } from "./checks/recorded.ts";
import { session } from "./checks/session.ts";
import { undo } from "./checks/undo.ts";
import { watch } from "./checks/watch.ts";
import { verdicts } from "./checks/verdicts.ts";
import { xml } from "./checks/xml.ts";
import { installPackages, LIBVIRT_PACKAGES } from "./install.ts";
import { type Libvirt, ofSuite, OWN, split } from "./libvirt.ts";
import { Report, seconds } from "./report.ts";

type Checks = Record<string, [string, (bench: Bench) => Promise<void>]>;

const CHECKS = {
  life: ["A guest's, a container's and a network's life, every operation", life],
  recorded: ["libxl and bhyve: calls in recorded form, no hypervisor behind them", recorded],
  undo: ["What guests changed comes back", undo],
  verdicts: ["What a failing handler does", verdicts],
  hangs: ["Handlers that hang, with a deadline of 2 s", hangs],
  placement: ["Beside other scripts in the hooks directory", placement],
  oddities: ["What is odd about libvirt's calls", oddities],
  xml: ["Handlers that edit the XML of migrate and restore", xml],
  desk: ["An admin's commands beside a real daemon", desk],
  session: ["A user's own libvirtd", session],
  watch: ["Events that libvirt calls no hook for", watch],
  checkpoint: ["Calls that start from a checkpoint", checkpoint],
} satisfies Checks;

async function main(args: string[]): Promise<number> {
  const at = args.indexOf("--libvirt");
  const [, wanted] = at < 0 ? [] : args.splice(at, 2);
  const suite = SUITES.find((name) => name === wanted);
  const [binary, ...only] = args;
  const unknown = only.filter((name) => !(name in CHECKS) && name !== "newer");
  if (binary === undefined || unknown.length > 0 || (at >= 0 && suite === undefined)) {
    console.error(
      `usage: run.ts BINARY [--libvirt ${SUITES.join("|")}] [${Object.keys(CHECKS).join("|")}|newer]...`,
    );
    return 2;
  }
  if (Deno.uid() !== 0) {
    console.error("The end-to-end test makes namespaces and starts libvirtd: run it as root.");
    return 2;
  }
  const began = performance.now();
  const report = new Report();
  await installPackages(LIBVIRT_PACKAGES);
  await removeStaleCgroups();
  const program = await Deno.realPath(binary);
  const run = (libvirt: Libvirt, checks: Checks) =>
    runChecks(new Bench(report, program, libvirt), checks, only);
  if (suite === undefined) await run(OWN, CHECKS);
  else {
    const libvirt = await ofSuite(suite);
    const older = [OWN, ...await Promise.all(SUITES.slice(0, SUITES.indexOf(suite)).map(ofSuite))];
    const all = async (to: Libvirt) => {
      await run(to, CHECKS);
      const title = `Guests that come to ${to.name} from an older libvirt`;
      await run(to, { newer: [title, (bench) => comeFrom(bench, older)] });
    };
    await all(libvirt);
    // They are built from the suite's source package, which a mirror may not hold.
    let daemons: Libvirt | undefined;
    await report.check(`${suite}'s split daemons can be built`, async () => {
      daemons = await split(suite, libvirt);
    });
    if (daemons !== undefined) await all(daemons);
  }
  console.log(`took ${seconds(performance.now() - began)}`);
  return report.end();
}

async function comeFrom(bench: Bench, older: Libvirt[]): Promise<void> {
  for (const from of older) {
    await newer(bench, from);
    await bench.end();
  }
}

async function runChecks(bench: Bench, checks: Checks, only: string[]): Promise<void> {
  const interrupted = async () => {
    await bench.end();
    Deno.exit(130);
  };
  Deno.addSignalListener("SIGINT", interrupted);
  Deno.addSignalListener("SIGTERM", interrupted);
  bench.report.title(`== ${bench.libvirt.name}`);
  for (const [name, [title, body]] of Object.entries(checks)) {
    if (only.length > 0 && !only.includes(name)) continue;
    bench.report.title(title);
    try {
      await body(bench);
    } catch (error) {
      await bench.check(`${name}: its checks ran to the end`, () => Promise.reject(error));
    } finally {
      await bench.end();
    }
  }
  bench.report.title("How hook calls started");
  await bench.seen.check(bench.report);
  Deno.removeSignalListener("SIGINT", interrupted);
  Deno.removeSignalListener("SIGTERM", interrupted);
}

Deno.exit(await main(Deno.args));
