/** What the tests of packages share: root file systems of Debian's, scripts in copies of them, and the packages. */
const HERE = new URL(".", import.meta.url).pathname;
const TREE = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
const ROOTS = `${TREE}/.tools/roots`;
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** What a command said, and how it ended. */
export interface Told {
  code: number;
  /** Standard output and error, as they came. */
  out: string;
}

/** Runs a command to its end. */
export function run(command: string, args: readonly string[], options: Deno.CommandOptions = {}): Told {
  const words = [command, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  const { code, stdout } = new Deno.Command("sh", {
    ...options,
    args: ["-c", `exec 2>&1 < /dev/null ${words}`],
    stderr: "inherit",
  }).outputSync();
  return { code, out: text(stdout) };
}

/** Whether all of these commands are on this machine. */
export function has(...commands: string[]): boolean {
  return commands.every((command) => run("sh", ["-c", `command -v ${command}`]).code === 0);
}

/** Whether scripts can run in roots here. */
export const HAS_ROOTS = Deno.uid() === 0 && has("debootstrap", "unshare");

/** The smallest root of a Debian suite: made once, kept in `.tools/roots`. */
function root(suite: string): string {
  const folder = `${ROOTS}/plain-${suite}`;
  if (run("test", ["-d", folder]).code === 0) return folder;
  Deno.mkdirSync(ROOTS, { recursive: true });
  const { code, out } = run("unshare", ["--mount", "bash", `${HERE}make_root.sh`, folder, suite]);
  if (code !== 0) throw new Error(`cannot make ${folder}:\n${out.slice(-2000)}`);
  return folder;
}

/** Runs a shell script (bash -eu) in a copy of a suite's root; the packages are in /packages. */
export function inRoot(suite: string, packages: string, script: string): Told {
  const file = Deno.makeTempFileSync({ suffix: ".sh" });
  try {
    Deno.writeTextFileSync(file, script);
    const args = [
      "--mount",
      "--pid",
      "--fork",
      "--kill-child",
      "bash",
      `${HERE}in_root.sh`,
      root(suite),
      packages,
      file,
    ];
    return run("unshare", args, { clearEnv: true, env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" } });
  } finally {
    Deno.removeSync(file);
  }
}

/** A folder that is gone at the end of its scope. */
export class Folder {
  readonly path = Deno.makeTempDirSync({ prefix: "hv-packages-" });

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** How packages are built: from a copy of this tree in another place. */
export interface Build {
  /** `SOURCE_DATE_EPOCH`; the program has its day in it. */
  epoch: number;
  release: number;
  formats: string;
  /** More environment: a builder's own ways. */
  env?: Record<string, string>;
}

/** Builds the program and packages of it in a copy of this tree, and moves them into `output`. */
export function build(output: string, { epoch, release, formats, env = {} }: Build): void {
  using copy = new Folder();
  const tree = `${copy.path}/tree`;
  const umask = env.UMASK ?? "022";
  // With the times of the files: what make has fetched already is not fetched again.
  const lines = `set -e
umask ${umask}
mkdir ${tree} && cd ${TREE} && git ls-files -z | xargs -0 cp --parents -p -t ${tree}
cd ${tree} && ln -s ${TREE}/.tools .tools
make && make packages
mv dist/packages/* ${output}/`;
  const { code, out } = run("sh", ["-c", lines], {
    clearEnv: true,
    env: {
      PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
      HOME: copy.path,
      SOURCE_DATE_EPOCH: String(epoch),
      RELEASE: String(release),
      FORMATS: formats,
      LEVEL: "0",
      ...env,
    },
  });
  if (code !== 0) throw new Error(`make packages failed:\n${out.slice(-3000)}`);
}

/** The SHA-256 of each file in a folder, by name. */
export function digests(folder: string): Record<string, string> {
  const { out } = run("sh", ["-c", `cd ${folder} && sha256sum *`]);
  return Object.fromEntries(
    out.trim().split("\n").map((line) => line.split(/\s+/).reverse() as [string, string]),
  );
}
