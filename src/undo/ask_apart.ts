import type { Deadline } from "../base/deadline.ts";
import { startApart } from "../system/apart.ts";
import type { Loop } from "../system/loop.ts";
import { SystemError } from "../system/system_error.ts";
import { waitUntil } from "../system/wait.ts";

/** What a separate process may answer: without `error` it is done. */
interface Answered {
  error?: string;
}

/**
 * Has one step of the undo done in a separate process (call/do_apart.ts), and abandons it where it has not answered
 * in time.
 *
 * @param late the error then
 */
export function askApart<T extends Answered>(
  loop: Loop,
  request: Parameters<typeof startApart>[1],
  until: Deadline,
  late: string,
): T | Answered {
  let answered: T | Answered | undefined;
  try {
    const apart = startApart(loop, request, (answer) => {
      answered = "json" in answer ? JSON.parse(answer.json) as T : { error: answer.error };
    });
    if (!waitUntil(() => answered !== undefined, loop, until)) {
      apart.stop();
      apart.kill();
    }
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return { error: error.message };
  }
  return answered ?? { error: late };
}
