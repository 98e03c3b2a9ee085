import { join } from "node:path";

/**
 * Finds the folder of one npm package in Deno's own cache (`DENO_DIR`), where `deno install` put it and checked it
 * against `deno.lock`.
 *
 * @param name Package name as in `deno.json`, `@scope/name` too.
 * @returns Path of the folder that holds the package's `package.json`.
 * @throws {Error} when `deno.json` does not import it, or the cache does not hold it.
 */
export function npmFolder(name: string): string {
  const version = pinnedVersion(name);
  const root = cacheRoot();
  // Below the root comes a folder named after the registry, of which a mirror's may be several levels deep.
  const found = search(root, join(name, version, "package.json"), 4);
  if (!found) throw new Error(`${name}@${version} is not in ${root}: run 'deno install --frozen'`);
  return join(found, name, version);
}

/** The exact version that `deno.json` names for `name`. */
export function pinnedVersion(name: string): string {
  const { imports } = JSON.parse(Deno.readTextFileSync("deno.json")) as { imports: Record<string, string> };
  const version = imports[name]?.slice(`npm:${name}@`.length);
  if (!version) throw new Error(`deno.json does not import ${name} from npm`);
  return version;
}

function cacheRoot(): string {
  const { stdout } = new Deno.Command(Deno.execPath(), { args: ["info", "--json"], stderr: "inherit" })
    .outputSync();
  return (JSON.parse(new TextDecoder().decode(stdout)) as { npmCache: string }).npmCache;
}

function search(folder: string, below: string, depth: number): string | undefined {
  if (exists(join(folder, below))) return folder;
  if (depth === 0) return undefined;
  const inner = [...Deno.readDirSync(folder)].filter((entry) => entry.isDirectory).map((entry) => entry.name);
  for (const name of inner.sort()) {
    const found = search(join(folder, name), below, depth - 1);
    if (found) return found;
  }
  return undefined;
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
