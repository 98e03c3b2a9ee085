import { hookTree } from "./hook_tree.ts";
import { hooksFor } from "./hook_links.ts";
import { RECIPES } from "./recipes.ts";
import { type ScriptFault, scriptFaults } from "./script_faults.ts";
import { purposeText, scriptPurpose } from "./script_purpose.ts";
import { yamlText } from "../manifest/yaml_text.ts";
import { type Driver, DRIVERS, OPERATIONS } from "../protocol/operations.ts";
import { isThere } from "../system/file.ts";
import { readText } from "../system/read_text.ts";

const LARGEST = 1024 * 1024;

/** An entry of the hooks directory made for libvirt, and what adopt would do with it. */
export interface Adoptee {
  path: string;
  /** What it is and does, in libvirt's terms. */
  what: string;
  faults: (ScriptFault & { path: string })[];
  /** The handler that takes it over; absent: it is not changed, and `leftBecause` says why. */
  handler?: { name: string; text: string };
  leftBecause?: string;
  /** The file's new path, so that libvirt does not run it as well. */
  moveTo?: string;
}

/** The contents of a hooks directory, and how adopt would take them over. Changes nothing. */
export function adoptPlan(hooks: string, config: string, program: string): Adoptee[] {
  const trees = DRIVERS.flatMap((driver) => treeOf(hooks, driver) ?? []);
  return [
    ...trees,
    ...DRIVERS.flatMap((driver) =>
      hooksFor(hooks, driver, program).filter(({ isOurs, isCopy, isDangling }) =>
        !isOurs && !isCopy && !isDangling
      )
        .map(({ path }) => scriptAt(path, driver, { hooks, config, trees }))
    ),
  ];
}

function treeOf(hooks: string, driver: Driver): Adoptee | undefined {
  const tree = hookTree(hooks, driver);
  if (tree === undefined) return undefined;
  const { path, guests, scripts } = tree;
  const faults = scripts.flatMap((script) =>
    scriptFaults(script).map((fault) => ({ ...fault, path: script }))
  );
  const found = {
    path,
    what: `a tree of ${scripts.length} script${scripts.length === 1 ? "" : "s"} for ${
      guests.join(", ")
    }, which VFIO-Tools' dispatcher runs`,
    faults,
  };
  // Only a shell runs a file without #!; with a handler that runs it, the guest would no longer start.
  const fatal = faults.find(({ isFatal, isIdle }) => isFatal && isIdle !== true);
  if (fatal !== undefined) return { ...found, leftBecause: `${fatal.path} ${fatal.what}` };
  return {
    ...found,
    handler: {
      name: `50-${driver}-tree`,
      text: RECIPES["script-tree"]!.replaceAll("/etc/libvirt/hooks/qemu.d", path).replace(
        "qemu/*",
        `"${driver}/*"`,
      ),
    },
  };
}

interface Surroundings {
  hooks: string;
  config: string;
  trees: readonly Adoptee[];
}

function scriptAt(path: string, driver: Driver, { hooks, config, trees }: Surroundings): Adoptee {
  const text = readText(path, LARGEST) ?? "";
  const faults = scriptFaults(path).map((fault) => ({ ...fault, path }));
  const moveTo = `${config}/scripts/${driver}/${path.slice(path.lastIndexOf("/") + 1)}`;
  const purpose = scriptPurpose(text, driver);
  const script: Adoptee = { path, what: `a script for ${driver}, ${purposeText(purpose)}`, faults };
  const tree = trees.find((tree) => tree.path === `${path}.d`);
  if (path === `${hooks}/${driver}` && tree !== undefined && /\.d\b/.test(text)) {
    const dispatcher = { ...script, what: "the dispatcher of that tree", faults: [] };
    return tree.handler === undefined
      ? { ...dispatcher, leftBecause: "its tree was" }
      : { ...dispatcher, moveTo };
  }
  const forwards = [`${hooks}/hooks.json`, `${hooks}/qemu.json`].find((file) => isThere(file));
  if (forwards !== undefined && /hooks\.json|qemu\.json/.test(text)) {
    const handler = {
      name: "50-port-forward",
      text: RECIPES["port-forward"]!.replaceAll("/etc/libvirt/hooks/hooks.json", forwards),
    };
    return { ...script, what: `port forwarding by ${forwards} (libvirt-hook-qemu)`, handler, moveTo };
  }
  const fatal = faults.find(({ isFatal }) => isFatal);
  if (fatal !== undefined) return { ...script, leftBecause: `it ${fatal.what}` };
  if (/\bdirname\b|BASH_SOURCE|__file__|\$\{0%/.test(text)) {
    return {
      ...script,
      leftBecause: `it uses files beside it: move them together to ${config}/scripts/${driver} by hand`,
    };
  }
  const filter = purpose.operations.find((name) => name === "migrate" || name === "restore");
  if (filter !== undefined) {
    return {
      ...script,
      leftBecause:
        `it handles ${filter}, where libvirt reads back the XML that it prints; a handler does that with host.xml`,
    };
  }
  return {
    ...script,
    moveTo,
    handler: { name: handlerName(path, driver), text: scriptHandler(driver, moveTo) },
  };
}

/** `50-qemu` for the main script; for one in `.d` its own name, with its own number if it has one. */
function handlerName(path: string, driver: Driver): string {
  const name = path.slice(path.lastIndexOf("/") + 1).replace(/\.[A-Za-z]+$/, "").replace(
    /[^A-Za-z0-9._-]+/g,
    "-",
  );
  const [, number = "50", rest = name] = /^([0-9]{2})[-_.]?(.*)$/.exec(name) ?? [];
  const word = rest.replace(/^[^A-Za-z0-9]+/, "").slice(0, 50);
  return name === driver || word === "" ? `${number}-${driver}-script` : `${number}-${word}`;
}

/**
 * For every operation of libvirt's hooks, as libvirt called it: its text only suggests which ones it handles, and a script that
 * is not called reports nothing.
 */
function scriptHandler(driver: Driver, script: string): string {
  const directory = script.slice(0, script.lastIndexOf("/"));
  const hooks = OPERATIONS.filter((one) => one.driver === driver && one.event === undefined);
  return `// ---
// description: ${yamlText(`Run ${script} as libvirt did`)}
// on: [${hooks.map(({ name }) => `${driver}/${name}`).join(", ")}]
// timeout: 60s
// allow:
//   scripts: [${yamlText(directory)}]
// ---
/** @type {import("./handler.d.ts").Handler} */
export default async function (_event, host) {
  await host.scripts.run(${JSON.stringify(script)});
}
`;
}
