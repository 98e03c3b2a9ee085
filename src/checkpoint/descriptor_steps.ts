import { CheckpointError } from "./checkpoint_error.ts";
import { O_CLOEXEC, SYSTEM_CALLS } from "./os/system_calls.ts";
import type { Steps } from "./steps.ts";
import type { OpenFile, StoppedProcess } from "./os/stopped_process.ts";

// fcntl.h, sys/epoll.h, sys/socket.h
const F_DUPFD_CLOEXEC = 1030;
const EPOLL_CTL_ADD = 1;
const AF_UNIX = 1;
const SOCK_STREAM = 1;
const NONBLOCK_CLOEXEC = 0o2004000;
/** Copies get the lowest number from here on. */
const LEAST = 3;

/** The runtime's descriptors, from 3 on: its event loop (tokio), its pipe for signals, and copies of stdout and stderr. */
const EXPECTED: readonly (readonly [number, RegExp])[] = [
  [3, /^anon_inode:\[eventpoll\]$/],
  [4, /^anon_inode:\[eventfd\]$/],
  [5, /^anon_inode:\[eventpoll\]$/],
  [6, /^socket:/],
  [7, /^socket:/],
  [8, /^socket:/],
  [9, /./],
  [10, /./],
];
/** What the event loop waits for: the descriptor, and its number in the loop. */
const WATCHED = [[4, 0], [8, 1]] as const;

/**
 * The steps that recreate the runtime's descriptors. They are created as the runtime creates them, so each is
 * identified first: an unknown one cannot be recreated.
 *
 * @throws {CheckpointError} when a descriptor is not the expected one
 */
export function descriptorSteps(steps: Steps, process: StoppedProcess): void {
  const found = process.descriptors();
  for (const [number, target] of EXPECTED) {
    const what = found.get(number)?.target ?? "nothing";
    if (!target.test(what)) {
      throw new CheckpointError(`descriptor ${number} of the runtime is unexpectedly ${what}`);
    }
  }
  const more = [...found].find(([number]) => number >= LEAST + EXPECTED.length);
  if (more !== undefined) {
    throw new CheckpointError(
      `descriptor ${more[0]} of the runtime is unexpectedly ${more[1].target}`,
    );
  }
  const target = (number: number) => found.get(number)!.target;
  for (const [one, other] of [[6, 8], [1, 9], [2, 10]] as const) {
    if (target(one) !== target(other)) {
      throw new CheckpointError(`descriptor ${other} is not a copy of ${one}`);
    }
  }
  const events = WATCHED.map(([number, data]) =>
    [number, data, eventsOf(found.get(3)!, number, data)] as const
  );

  steps.call(SYSTEM_CALLS.epoll_create1, [O_CLOEXEC], 3);
  steps.call(SYSTEM_CALLS.eventfd2, [0, NONBLOCK_CLOEXEC], 4);
  steps.call(SYSTEM_CALLS.fcntl, [3, F_DUPFD_CLOEXEC, LEAST], 5);
  steps.call(SYSTEM_CALLS.socketpair, [AF_UNIX, SOCK_STREAM | NONBLOCK_CLOEXEC, 0, steps.room(8)], 0);
  steps.call(SYSTEM_CALLS.fcntl, [6, F_DUPFD_CLOEXEC, LEAST], 8);
  for (const [number, data, mask] of events) {
    steps.call(SYSTEM_CALLS.epoll_ctl, [3, EPOLL_CTL_ADD, number, steps.place(epollEvent(mask, data))], 0);
  }
  const count = parseInt(/^eventfd-count:\s+([0-9a-f]+)$/m.exec(found.get(4)!.info)?.[1] ?? "0", 16);
  const word = new Uint8Array(new BigUint64Array([BigInt(count)]).buffer);
  if (count > 0) steps.call(SYSTEM_CALLS.write, [4, steps.place(word), 8], 8);
  steps.call(SYSTEM_CALLS.dup3, [1, 9, O_CLOEXEC], 9);
  steps.call(SYSTEM_CALLS.dup3, [2, 10, O_CLOEXEC], 10);
}

/** The events that an epoll descriptor waits for, from its `fdinfo`. */
function eventsOf({ info }: OpenFile, descriptor: number, data: number): number {
  const line = new RegExp(`^tfd:\\s+${descriptor} events:\\s+([0-9a-f]+) data:\\s+${data} `, "m").exec(info);
  if (line === null) throw new CheckpointError(`the runtime's event loop does not wait for ${descriptor}`);
  // The kernel adds errors and hang-ups itself.
  return parseInt(line[1]!, 16);
}

/** `struct epoll_event`, which is packed on x86-64. */
function epollEvent(events: number, data: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(12));
  view.setUint32(0, events, true);
  view.setUint32(4, data, true);
  return new Uint8Array(view.buffer);
}
