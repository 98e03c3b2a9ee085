import type { Work } from "./checkpoints.ts";
import { PLAIN_START } from "./checkpoint_names.ts";
import { LAST_ROUNDS, rehearsalDirectories, REHEARSED_CALLS, ROUNDS } from "./rehearsal.ts";
import { close, replace } from "../system/descriptor.ts";
import { memoryFile, SELF } from "../system/start_detached.ts";
import { entrySegment, stopForCheckpoint } from "./os/entry_segment.ts";
import { execve } from "./os/execve.ts";
import { address, libc, systemCall } from "../system/libc.ts";
import { openAddresses } from "./os/open_addresses.ts";
import { disableBrk } from "./os/disable_brk.ts";
import { endWithParent, processState } from "./os/process_state.ts";
import { collectGarbage } from "../system/give_back_memory.ts";
import { environment, ownCommandLine } from "../system/proc.ts";
import { resetClockAndRandom } from "./os/reset_clock_and_random.ts";
import { markRestored } from "../system/restored.ts";
import { print } from "../system/self.ts";
import { isSupervised, setSupervised, supervisedCaller } from "../system/supervisor.ts";
import { addPage, hasPage, removePage } from "./os/supervisor_page.ts";

// asm/unistd_64.h
const GETPID = 39;
const EXIT_GROUP = 231;
const STDIN = 0;
/** The signal that tells the waiting process that the answer is ready (build/elf/wait_code.ts). */
const ANSWERED = 40;
const NO_SIGNAL = 0;
/** Room for the registers that a function must preserve. */
const REGISTERS_SIZE = 64;

/**
 * Turns this process into the source of a checkpoint: it rehearses, prints on stdout where everything is, and
 * stops. Returns only in a process restored from the checkpoint: that has the arguments, the environment and
 * the standard descriptors of its own call.
 *
 * @param folder the directory of the rehearsal's files (take_checkpoint.ts)
 * @param parent the process that takes the checkpoint: this one ends with it
 * @returns that process's command line
 * @throws {Error} when a call of the rehearsal fails
 */
export async function becomeCheckpoint(
  folder: string,
  parent: number,
  work: Work,
): Promise<string[]> {
  endWithParent(parent);
  const segment = entrySegment();
  if (segment === undefined) throw new Error("this program has no entry code for checkpoints");
  addPage();
  setSupervised(true);
  // What restored processes do besides their calls is rehearsed too.
  markRestored();
  resetClockAndRandom();
  await rehearse(ROUNDS, work, folder);
  collectGarbage();
  // The garbage collection also drops code that was not used recently.
  resetClockAndRandom();
  await work.prepare();
  await rehearse(LAST_ROUNDS, work, folder);
  await work.prepare();
  end(0, NO_SIGNAL, GETPID);
  ownCommandLine();
  disableBrk();
  hasPage();
  removePage();
  setSupervised(false);
  const registers = new Uint8Array(new ArrayBuffer(REGISTERS_SIZE));
  const report = { state: processState(), registers: address(registers) };
  print(1, `${JSON.stringify(report)}\n`);
  openAddresses();
  if (!stopForCheckpoint(segment, registers)) throw new Error("this process was continued");
  resetClockAndRandom();
  setSupervised(hasPage());
  return ownCommandLine();
}

/**
 * Ends this process without the runtime's own exit work: no open file has unwritten data. The caller gets its
 * answer before the kernel has freed this process's memory. Rehearsals use another signal and another call.
 */
export function end(code: number, signal = ANSWERED, call = EXIT_GROUP): void {
  // The init of a container may leave a process that outlives its parent as a zombie.
  if (isSupervised() && supervisedCaller() !== 1) libc().kill(libc().getppid(), signal);
  systemCall(call, code);
}

/**
 * Makes the calls of a rehearsal, `rounds` times.
 *
 * @throws {Error} when one fails
 */
export async function rehearse(rounds: number, { main }: Work, folder = ""): Promise<void> {
  const directories = rehearsalDirectories(folder);
  for (let round = 0; round < rounds; round++) {
    for (const { driver, args, xml } of REHEARSED_CALLS) {
      const input = memoryFile(new TextEncoder().encode(xml));
      replace(STDIN, input);
      close(input);
      // The call says why on this process's outputs, as every call does.
      if (await main([driver, ...args], directories) !== 0) throw new Error("a rehearsal call failed");
    }
  }
}

/** Restarts a restored process that is not a hook call: the same command again, without the checkpoint. Does not return. */
export function startPlainly(): never {
  execve(SELF, ownCommandLine(), [...environment(), `${PLAIN_START}=plain`]);
}
