import { dirname, join, normalize } from "node:path";

/** Which folder of src/ may import which. Only downwards: a folder stands below all that may import it. */
export const ARROWS: Readonly<Record<string, readonly string[]>> = {
  main: ["cli", "checkpoint", "call", "site", "protocol", "system", "base"],
  cli: [
    "watch",
    "checkpoint",
    "call",
    "sandbox",
    "capability",
    "undo",
    "site",
    "records",
    "manifest",
    "protocol",
    "system",
    "base",
  ],
  watch: ["site", "records", "manifest", "protocol", "system", "base"],
  call: [
    "checkpoint",
    "sandbox",
    "capability",
    "undo",
    "site",
    "records",
    "manifest",
    "protocol",
    "system",
    "base",
  ],
  checkpoint: ["site", "protocol", "system", "base"],
  sandbox: ["capability", "system", "base"],
  capability: ["undo", "site", "manifest", "protocol", "system", "base"],
  undo: ["site", "records", "protocol", "system", "base"],
  site: ["manifest", "protocol", "system", "base"],
  records: ["protocol", "system", "base"],
  manifest: ["protocol", "base"],
  system: ["base"],
  protocol: ["base"],
  base: [],
};

/** Who may import what handlers ship with: the CLI as texts, others the types of the handlers' API. */
const HANDLERS: ReadonlySet<string> = new Set(["cli", "call", "capability", "protocol"]);

/** The two rooms that speak to the operating system, and the file that ends the process. */
const MAY_NAME_DENO = /^src\/(?:system\/|checkpoint\/os\/|main\.ts$)/;

/** The one module of Node's that starts quickly, and only when it is used. */
const NODE_MODULE = "node:sqlite";

interface Import {
  specifier: string;
  typeOnly: boolean;
  dynamic: boolean;
}

/**
 * What breaks the rules on imports, one line each, for sources by their paths (`src/base/glob.ts`).
 *
 * Files may not import each other in a circle, loaded late or not.
 * Imports and exports are found where `deno fmt` puts them: at the start of a line.
 */
export function violations(sources: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  const files = new Map<string, Set<string>>();
  for (const [path, source] of sources) {
    const targets = new Set<string>();
    for (const one of path.endsWith(".ts") ? importsOf(source) : []) {
      if (!one.specifier.startsWith(".")) {
        found.push(...outside(path, one));
        continue;
      }
      const target = normalize(join(dirname(path), one.specifier));
      targets.add(target);
      found.push(...arrow(path, target));
    }
    files.set(path, targets);
    if (namesDeno(source) && !MAY_NAME_DENO.test(path)) {
      found.push(`${path} names Deno: only src/system/, src/checkpoint/os/ and src/main.ts may`);
    }
  }
  const folders = new Map<string, Set<string>>();
  for (const [path, targets] of files) {
    const from = folderOf(path);
    const to = [...targets].map(folderOf).filter((folder) => folder !== from);
    folders.set(from, new Set([...folders.get(from) ?? [], ...to]));
  }
  for (const graph of [files, folders]) {
    const cycle = findCycle(graph);
    if (cycle !== undefined) found.push(`a cycle: ${cycle.join(" -> ")}`);
  }
  return found;
}

function arrow(path: string, target: string): string[] {
  const from = folderOf(path);
  const to = folderOf(target);
  if (from === to) return [];
  if (to === "handlers") return HANDLERS.has(from) ? [] : [`${path} imports ${target}`];
  const what = `${from} -> ${to}`;
  if (ARROWS[from] === undefined) return [`${path} lies in a folder without arrows: ${from}`];
  if (!ARROWS[from].includes(to)) return [`${path} imports ${target}: ${what} is not allowed`];
  return [];
}

function outside(path: string, { specifier, typeOnly, dynamic }: Import): string[] {
  if (!specifier.startsWith("node:")) return [];
  if (specifier !== NODE_MODULE) return [`${path} imports ${specifier}`];
  return dynamic || typeOnly ? [] : [`${path} imports ${specifier} at its start`];
}

/** `src/protocol/xml/scan.ts` lies in `protocol`, `src/main.ts` in `main`, what is not in src/ in its first folder. */
function folderOf(path: string): string {
  const parts = path.split("/");
  if (parts[0] !== "src") return parts[0] ?? "";
  return parts.length === 2 ? "main" : parts[1] ?? "";
}

export function importsOf(source: string): Import[] {
  const static_ = /^(?:import|export)\s+(type\s)?(?:[^"';]*?\sfrom\s+)?["']([^"']+)["']/gm;
  const dynamic = /(typeof\s+)?\bimport\(\s*["']([^"']+)["']/g;
  return [
    ...[...source.matchAll(static_)].map(([, type, specifier = ""]) => ({
      specifier,
      typeOnly: type !== undefined,
      dynamic: false,
    })),
    ...[...withoutComments(source).matchAll(dynamic)].map(([, type, specifier = ""]) => ({
      specifier,
      typeOnly: type !== undefined,
      dynamic: true,
    })),
  ];
}

function namesDeno(source: string): boolean {
  return /\bDeno\s*(?:\.|\?\.|\[)/.test(withoutComments(source));
}

/** Comments as `deno fmt` leaves them: whole lines, or after two slashes and a blank. */
function withoutComments(source: string): string {
  return source.split("\n").filter((line) => !/^\s*(?:\/\/|\/?\*)/.test(line))
    .map((line) => line.replace(/(^|\s)\/\/ .*$/, "")).join("\n");
}

/** The nodes of a cycle, its first again at the end; undefined when there is none. */
export function findCycle(graph: ReadonlyMap<string, ReadonlySet<string>>): string[] | undefined {
  const done = new Set<string>();
  const visit = (node: string, trail: string[]): string[] | undefined => {
    if (trail.includes(node)) return [...trail.slice(trail.indexOf(node)), node];
    if (done.has(node)) return undefined;
    for (const next of graph.get(node) ?? []) {
      const cycle = visit(next, [...trail, node]);
      if (cycle !== undefined) return cycle;
    }
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const cycle = visit(node, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
