import * as esbuild from "esbuild";
import { rmSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { npmFolder } from "./npm_folder.ts";

/** What {@link bundle} needs to know. */
export interface BundleOptions {
  /** The source file where the program starts. */
  entry: string;
  /** The bundle's folder; it is emptied first. */
  folder: string;
  /** Names replaced by constants wherever the source uses them. */
  constants: Record<string, string | number | undefined>;
  /** Source files that replace others. */
  instead?: Record<string, string>;
  /**
   * A source file that is imported dynamically, whose modules go into few files. esbuild cuts where another such file
   * needs some of them and not all; here each of those needs all of them.
   */
  together?: string;
  /** npm packages that the source may import. */
  packages: string[];
}

/** What one file of the bundle imports that is not part of it (all `node:` modules). */
export interface Chunk {
  file: string;
  bytes: number;
  /** Loaded at every start: the entry itself, or imported statically on the way from it. */
  atStart: boolean;
  external: string[];
}

/**
 * Bundles the program into minified ES modules: one that is loaded at every start, and others for what is imported
 * dynamically.
 *
 * `node:` modules stay imports of the runtime. None may be imported at start: each costs 15 to 40 ms.
 *
 * @throws {Error} when the source does not bundle, or a `node:` module would be loaded at every start.
 */
export async function bundle(options: BundleOptions): Promise<Chunk[]> {
  rmSync(options.folder, { recursive: true, force: true });
  const modules = linkPackages(options.folder, options.packages);
  const build = (plugins: esbuild.Plugin[], write: boolean) =>
    esbuild.build({
      entryPoints: { main: options.entry },
      outdir: options.folder,
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "browser",
      target: "esnext",
      // V8 keeps a text with other characters in two bytes each, and reads it slower.
      charset: "ascii",
      // Not minifySyntax: esbuild 0.25 then drops a `using` whose variable is used once, and what it must close.
      minifyWhitespace: true,
      minifyIdentifiers: true,
      sourcemap: "external",
      metafile: true,
      write,
      legalComments: "none",
      logLevel: "warning",
      external: ["node:*"],
      nodePaths: [modules],
      define: definitions(options.constants),
      plugins: [textImports, ...plugins, replacements(options.instead ?? {})],
    });
  try {
    const plugins = [];
    if (options.together !== undefined) {
      const { metafile } = await build([], false);
      plugins.push(importedToo(resolve(options.together), lateFiles(metafile, options.entry)));
    }
    const { metafile } = await build(plugins, true);
    const chunks = chunksOf(metafile, relative(Deno.cwd(), join(options.folder, "main.js")));
    const early = chunks.filter((chunk) => chunk.atStart && chunk.external.length > 0);
    if (early.length > 0) {
      const list = early.map((chunk) => `${chunk.file}: ${chunk.external.join(", ")}`).join("; ");
      throw new Error(`a node: module would be loaded at every start (use a dynamic import): ${list}`);
    }
    return chunks;
  } finally {
    Deno.removeSync(modules, { recursive: true });
    await esbuild.stop();
  }
}

/** `import text from "./file" with { type: "text" }`, as Deno itself understands it. */
const textImports: esbuild.Plugin = {
  name: "text-imports",
  setup(build) {
    build.onLoad({ filter: /.*/ }, (args) => {
      if (args.with.type !== "text") return undefined;
      return { contents: Deno.readTextFileSync(args.path), loader: "text" };
    });
  },
};

/** Replaces some files with others. */
function replacements(instead: Record<string, string>): esbuild.Plugin {
  const files = new Map(Object.entries(instead).map(([from, to]) => [resolve(from), resolve(to)]));
  return {
    name: "replacements",
    setup(build) {
      build.onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
        const other = files.get(resolve(resolveDir, path));
        return other === undefined ? undefined : { path: other };
      });
    },
  };
}

/** The source files, as absolute paths, that are imported dynamically, without those of packages. */
function lateFiles({ outputs }: esbuild.Metafile, entry: string): Set<string> {
  const entries = Object.values(outputs).flatMap(({ entryPoint }) => entryPoint ?? []);
  const late = entries.map((path) => resolve(path)).filter((path) => path.endsWith(".ts"));
  return new Set(late).difference(new Set([resolve(entry)]));
}

/** Lets other source files import a file too. */
function importedToo(file: string, others: Set<string>): esbuild.Plugin {
  return {
    name: "imported-too",
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (!others.has(path) || path === file) return undefined;
        // Not its absolute path: the names of the bundle's files are made from all that is in them.
        const from = `./${relative(dirname(path), file)}`;
        const contents = `${Deno.readTextFileSync(path)}\nimport ${JSON.stringify(from)};\n`;
        return { contents, loader: "ts" };
      });
    },
  };
}

/** A `node_modules` folder of links, the form in which esbuild finds packages by name. */
function linkPackages(folder: string, packages: string[]): string {
  const modules = resolve(folder, "node_modules");
  Deno.mkdirSync(modules, { recursive: true });
  for (const name of packages) {
    const link = join(modules, name);
    Deno.mkdirSync(join(link, ".."), { recursive: true });
    Deno.symlinkSync(npmFolder(name), link);
  }
  return modules;
}

function definitions(constants: BundleOptions["constants"]): Record<string, string> {
  const entries = Object.entries(constants);
  return Object.fromEntries(entries.map(([name, value]) => [name, JSON.stringify(value) ?? "undefined"]));
}

function chunksOf(metafile: esbuild.Metafile, entry: string): Chunk[] {
  const outputs = Object.entries(metafile.outputs).filter(([file]) => file.endsWith(".js"));
  const atStart = staticClosure(metafile, entry);
  return outputs.map(([file, output]) => ({
    file,
    bytes: output.bytes,
    atStart: atStart.has(file),
    external: output.imports
      .filter((one) => one.external && one.kind === "import-statement")
      .map((one) => one.path),
  }));
}

function staticClosure(metafile: esbuild.Metafile, entry: string): Set<string> {
  const seen = new Set<string>();
  const waiting = entry in metafile.outputs ? [entry] : [];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const imports = metafile.outputs[file]?.imports ?? [];
    const next = imports.filter((one) => !one.external && one.kind === "import-statement");
    waiting.push(...next.map((one) => one.path));
  }
  return seen;
}
