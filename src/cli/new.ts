import { flag, type Invocation, option } from "./command.ts";
import { CommandError } from "./command_error.ts";
import { RECIPES } from "./recipes.ts";
import { expandOperations, isGlob, operationGlobError } from "../manifest/operation_glob.ts";
import { parseManifest } from "../manifest/parse.ts";
import { createFile, makeDirectory } from "../system/admin_files.ts";
import { print } from "../system/self.ts";

/** The order of a handler whose name has none. */
const MIDDLE = "50";

/** `hookvisor new`. */
export function run(invocation: Invocation): number {
  const { directories, words } = invocation;
  if (flag(invocation, "list")) {
    print(1, recipeList());
    return 0;
  }
  if (words[0] === undefined) throw new CommandError("NAME is missing", 2);
  const name = handlerName(words[0]);
  const recipe = option(invocation, "recipe") ?? "empty";
  const text = withOperation(RECIPES[recipe]!, option(invocation, "on"));
  if (flag(invocation, "print")) {
    print(1, text);
    return 0;
  }
  const directory = `${directories.config}/handlers`;
  const file = `${directory}/${name}.js`;
  makeDirectory(directory);
  createFile(file, text);
  const { manifest } = parseManifest(file, text);
  const first = expandOperations(manifest?.on[0]?.value ?? "")[0];
  const what = first === undefined ? "DRIVER/OPERATION" : `${first.driver}/${first.name}`;
  print(1, `${file} was written from the recipe ${recipe}: ${manifest?.description ?? ""}\n\n`);
  print(1, `  hookvisor types                          lets an editor complete event and host\n`);
  print(1, `  hookvisor check                          reports what is wrong with it\n`);
  print(1, `  hookvisor run ${what} --dry-run`.padEnd(43) + `plays it without changing this host\n`);
  print(1, `  hookvisor install                        makes libvirt call hookvisor\n`);
  return 0;
}

/** Each recipe with its description. */
function recipeList(): string {
  const names = Object.keys(RECIPES);
  const width = Math.max(...names.map((name) => name.length));
  return names.map((name) => {
    const { manifest } = parseManifest(name, RECIPES[name]!);
    return `${name.padEnd(width)}  ${manifest?.description ?? ""}\n`;
  }).join("");
}

/** `vfio`, `20-vfio` or `20-vfio.js`; without leading digits it runs in the middle. */
function handlerName(word: string): string {
  const bare = word.endsWith(".js") ? word.slice(0, -".js".length) : word;
  const name = /^[0-9]{2}-/.test(bare) ? bare : `${MIDDLE}-${bare}`;
  if (/^[0-9]{2}-[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) return name;
  throw new CommandError(
    `${
      JSON.stringify(word)
    } is not a handler's name: letters, digits, ., _ and -, two digits and - before them for its order, as in 20-vfio`,
    2,
  );
}

/** The text with its first operation in `on` replaced. */
function withOperation(text: string, on: string | undefined): string {
  if (on === undefined) return text;
  const wrong = operationGlobError(on);
  if (wrong !== undefined) {
    throw new CommandError(`--on: ${wrong.error}${wrong.hint ? `; ${wrong.hint}` : ""}`, 2);
  }
  return text.replace(/^\/\/ on: .*$/m, `// on: [${isGlob(on) ? JSON.stringify(on) : on}]`);
}
