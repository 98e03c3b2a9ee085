import { installPackages } from "../e2e/install.ts";

/** The suites whose libvirt the tests know how to run, the older one first. */
export const SUITES = ["trixie", "sid"] as const;
export type Suite = typeof SUITES[number];

const ROOTS = new URL("../../.tools/roots", import.meta.url).pathname;

/** The root file system of a suite with these packages. */
export function debianRoot(suite: Suite, packages: readonly string[]): Promise<string> {
  return kept(suite, "root.sh", [suite, ...packages]);
}

/**
 * libvirt's split daemons, built in the root `tools` from the source of the libvirt in that suite's root: a tree to lay
 * over that root.
 */
export function splitDaemons(suite: Suite, root: string, tools: string): Promise<string> {
  return kept(`${suite}-daemons`, "split_daemons.sh", [root, tools]);
}

/**
 * A whole host of a suite whose root and split daemons these are, with more packages: a folder with `disk.raw`, `kernel`
 * and `initrd`.
 */
export function hostImage(
  suite: Suite,
  root: string,
  daemons: string,
  packages: readonly string[],
): Promise<string> {
  return kept(`${suite}-host`, "host_image.sh", [root, daemons, ...packages], ["agent.sh"]);
}

/**
 * The folder that a script makes when it is called with the folder and these arguments. It is kept in `.tools/roots`,
 * with what it was made from beside it, and made again when the script, its parts or its arguments have changed.
 *
 * @throws where the script fails, with the end of what it said
 */
async function kept(
  name: string,
  script: string,
  args: readonly string[],
  parts: readonly string[] = [],
): Promise<string> {
  const folder = `${ROOTS}/${name}`;
  const [path, ...others] = [script, ...parts].map((file) => new URL(file, import.meta.url).pathname);
  const texts = await Promise.all([path!, ...others].map((file) => Deno.readTextFile(file)));
  const recipe = [...texts, ...args].join("\n");
  const madeFrom = await Deno.readTextFile(`${folder}.made-from`).catch(() => "");
  if (madeFrom === recipe && await Deno.stat(folder).then(() => true, () => false)) return folder;
  await installPackages(["debootstrap"]);
  console.log(`making ${folder}`);
  await Deno.mkdir(ROOTS, { recursive: true });
  const { code, stdout, stderr } = await new Deno.Command("unshare", {
    args: ["--mount", "--propagation", "private", "bash", path!, folder, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (code !== 0) {
    const end = (bytes: Uint8Array) =>
      new TextDecoder().decode(bytes).trim().split("\n").slice(-15).join("\n");
    throw new Error(`Cannot make ${folder}: ${script} ended with ${code}\n${end(stdout)}\n${end(stderr)}`);
  }
  await Deno.writeTextFile(`${folder}.made-from`, recipe);
  return folder;
}
