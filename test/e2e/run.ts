/**
 * Plays a real libvirtd, with real guests, containers and networks, against
 * the compiled binary: `run.ts dist/hookvisor [FILE-OF-CHECKS...]`, as root.
 */
import { Bench } from "./bench.ts";
import { removeStaleCgroups } from "./cgroups.ts";
import { checkpoint } from "./checks/checkpoint.ts";
import { desk } from "./checks/desk.ts";
import { hangs } from "./checks/hangs.ts";
import { life } from "./checks/life.ts";
import { oddities } from "./checks/oddities.ts";
import { placement } from "./checks/placement.ts";
import { recorded } from "./checks/recorded.ts";
import { session } from "./checks/session.ts";
import { undo } from "./checks/undo.ts";
import { watch } from "./checks/watch.ts";
import { verdicts } from "./checks/verdicts.ts";
import { xml } from "./checks/xml.ts";
import { installPackages } from "./install.ts";
import { Report, seconds } from "./report.ts";

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
} satisfies Record<string, [string, (bench: Bench) => Promise<void>]>;

async function main(args: string[]): Promise<number> {
  const [binary, ...only] = args;
  const unknown = only.filter((name) => !(name in CHECKS));
  if (binary === undefined || unknown.length > 0) {
    console.error(`usage: run.ts BINARY [${Object.keys(CHECKS).join("|")}]...`);
    return 2;
  }
  if (Deno.uid() !== 0) {
    console.error("The end-to-end test makes namespaces and starts libvirtd: run it as root.");
    return 2;
  }
  const began = performance.now();
  const report = new Report();
  await installPackages();
  await removeStaleCgroups();
  const bench = new Bench(report, await Deno.realPath(binary));
  const interrupted = async () => {
    await bench.end();
    Deno.exit(130);
  };
  Deno.addSignalListener("SIGINT", interrupted);
  Deno.addSignalListener("SIGTERM", interrupted);
  for (const [name, [title, body]] of Object.entries(CHECKS)) {
    if (only.length > 0 && !only.includes(name)) continue;
    report.title(title);
    try {
      await body(bench);
    } catch (error) {
      await bench.check(`${name}: its checks ran to the end`, () => Promise.reject(error));
    } finally {
      await bench.end();
    }
  }
  report.title("How hook calls started");
  await bench.seen.check(report);
  console.log(`took ${seconds(performance.now() - began)}`);
  return report.end();
}

Deno.exit(await main(Deno.args));
