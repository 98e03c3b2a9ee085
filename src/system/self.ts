/**
 * The command line, `argv[0]` first as the caller gave it. Deno returns only the executable's real path, and
 * a hook is a link. Undefined where /proc is not mounted.
 */
export function commandLine(): string[] | undefined {
  try {
    return Deno.readTextFileSync("/proc/self/cmdline").split("\0").slice(0, -1);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The kernel's name for a process that was started through `/proc/self/exe`. */
const NAMELESS = "exe\n";
const NAME_FILE = "/proc/self/comm";

/** Gives this process the program's name, for `ps` and systemd, if it was started without one. */
export function nameProcess(): void {
  try {
    if (Deno.readTextFileSync(NAME_FILE) === NAMELESS) Deno.writeTextFileSync(NAME_FILE, "hookvisor");
  } catch {
    // It also runs without a name.
  }
}

let user: number | undefined;

/** Asked once: the permission to ask is dropped before guest code runs. */
export function userId(): number {
  return user ??= Deno.uid() ?? 0;
}

/**
 * Writes text to descriptor 1 or 2: libvirt's, or a terminal. A closed reader is not an error; returns
 * whether one existed.
 */
export function print(fd: 1 | 2, text: string): boolean {
  const bytes = new TextEncoder().encode(text);
  const out = fd === 1 ? Deno.stdout : Deno.stderr;
  let at = 0;
  try {
    while (at < bytes.length) at += out.writeSync(bytes.subarray(at));
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    return false;
  }
}

/**
 * Drops, permanently, the permissions that a hook call never needs once guest code
 * runs. Reading, writing and the C library stay, because it works with them.
 */
export function dropPermissions(): void {
  for (const name of ["net", "env", "sys", "run"] as const) Deno.permissions.revokeSync({ name });
}

/** Versions of the runtime this program is compiled with. */
export function versions(): { deno: string; v8: string } {
  return { deno: Deno.version.deno, v8: Deno.version.v8 };
}
