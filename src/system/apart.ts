import { releaseMemory } from "./abandoned.ts";
import { APART } from "./apart_word.ts";
import { Command } from "./command.ts";
import type { Loop } from "./loop.ts";
import { SELF } from "./start_detached.ts";

/** So many words a hook call has too: with them a process may start from a checkpoint. */
const MORE_WORDS = ["-", "-", "-"];
const ENVIRONMENT = { LC_ALL: "C", NO_COLOR: "1", PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };
/** Bytes of an answer. */
const MOST = 16 * 1024 * 1024;

/** Something under way in a separate process, which can be left behind. */
export interface Apart {
  stop(): void;
  kill(): void;
  readonly running: boolean;
  /** After `kill`: it is still there, in the kernel. */
  readonly isLeftBehind: boolean;
}

/**
 * Has this program do something in a separate process: what may hang in the kernel, where no signal reaches.
 *
 * @param request JSON, as call/do_apart.ts understands it
 * @param done gets what it answered, JSON too; or why there is no answer
 * @throws {SystemError} when no process can be started
 */
export function startApart(
  loop: Loop,
  request: unknown,
  done: (answer: { json: string } | { error: string }) => void,
): Apart {
  const command = new Command(loop, {
    path: SELF,
    args: [APART, ...MORE_WORDS],
    env: ENVIRONMENT,
    stdin: JSON.stringify(request),
    outputLimit: MOST,
    timeoutMs: Infinity,
    graceMs: 0,
    done({ code, signal, stdout, stderr, truncated }) {
      if (code === 0 && !truncated) return done({ json: stdout });
      const how = truncated ? "its answer is too large" : `it ended with ${code ?? signal}`;
      done({ error: `${how}${stderr === "" ? "" : `: ${stderr.trim()}`}` });
    },
  });
  return {
    stop: () => command.terminate(),
    kill: () => {
      command.kill();
      releaseMemory(command.pid);
    },
    get running() {
      return command.running;
    },
    get isLeftBehind() {
      return !command.hasEnded;
    },
  };
}
