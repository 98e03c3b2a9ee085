/** Calls on hosts where a file system does not answer any more: fuse_server.ts stands for a server that is gone. */
import { join } from "node:path";
import { type Ended, exists, Host, type RunOptions, type Words } from "./support.ts";

/** Found also where its path is covered. */
const DENO = `/proc/${Deno.pid}/exe`;
const SERVER = join(import.meta.dirname!, "fuse_server.ts");

/** Whether file systems can be mounted that processes serve: root's, with /dev/fuse. */
export const HAS_FUSE = Deno.uid() === 0 && exists("/dev/fuse");

/** A file system that hangs: what never gets an answer, for which names, and where it is mounted. */
export interface Hang {
  operation: string;
  name: string;
  /** What it shows: a folder of the host's. */
  source: string;
  /** Absolute, in the call's own mount namespace. */
  mountpoint: string;
  /** Whose mount it is; absent: root's. */
  user?: number;
}

/**
 * Makes a call by a link while a file system hangs. When the call is over, the server ends, and with it everything
 * that hangs; `before` runs while it still hangs.
 *
 * @param input a file that is the call's standard input
 * @param prepare shell commands before the call
 * @returns times are milliseconds since the call itself began
 */
export async function whileHanging(
  host: Host,
  hang: Hang,
  words: Words,
  options: RunOptions & { input?: string; prepare?: string; before?(): void | Promise<void> } = {},
): Promise<Ended> {
  const { input, prepare = "", before, ...run } = options;
  const said = join(host.folder, "server.out");
  const began = join(host.folder, "began");
  const pid = join(host.folder, "server.pid");
  const server = join(host.folder, "fuse_server.ts");
  Deno.copyFileSync(SERVER, server);
  const script = `mkdir -p "$2"
rm -f "${said}"
DENO_DIR="${host.folder}" "${DENO}" run -A --no-config --cached-only "${server}" "$2" "$3" "$4" "$5" "$6" > "${said}" 2>&1 < /dev/null &
while ! grep -qs mounted "${said}"; do kill -0 $!; sleep 0.02; done
echo $! > "${pid}"
link=$1
shift 6
${prepare}
date +%s%N > "${began}"
exec "$link" "$@"${input === undefined ? "" : ` < "${input}"`}
`;
  const link = host.hookLink(words[0]);
  const { operation, name, source, mountpoint, user = 0 } = hang;
  try {
    const started = Date.now();
    const ended = await host.inside(script, [
      ...[link, mountpoint, source, operation, name, String(user)],
      ...words.slice(1),
    ], run);
    await before?.();
    const setUpMs = Number(BigInt(Deno.readTextFileSync(began)) / 1_000_000n) - started;
    return { ...ended, exitMs: ended.exitMs - setUpMs, eofMs: ended.eofMs - setUpMs };
  } finally {
    // All that hangs goes on, with an error.
    if (exists(pid)) Deno.kill(Number(Deno.readTextFileSync(pid)), "SIGKILL");
  }
}
