import { releaseMemory } from "./abandoned.ts";
import { APART } from "./apart_word.ts";
import { Command } from "./command.ts";
import type { Loop } from "./loop.ts";
import { SELF } from "./start_detached.ts";

/** As many words as a hook call has, so that the process may start from a checkpoint. */
const MORE_WORDS = ["-", "-", "-"];
const ENVIRONMENT = { LC_ALL: "C", NO_COLOR: "1", PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };
/** The largest answer, in bytes. */
const MOST = 16 * 1024 * 1024;

/** Work in progress in a separate process, which can be abandoned. */
export interface Apart {
  stop(): void;
  kill(): void;
  readonly running: boolean;
  /** After `kill`: it still exists, in the kernel. */
  readonly isLeftBehind: boolean;
}

/**
 * Makes this program do work in a separate process, because it may hang in the kernel, where no signal
 * reaches it.
 *
 * @param request JSON, as call/do_apart.ts understands it
 * @param done receives its answer, JSON too, or why no answer came
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
