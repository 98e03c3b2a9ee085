import assert from "node:assert/strict";
import type { GuestNews } from "../../src/protocol/rpc/events.ts";
import { GuestStates } from "../../src/watch/guest_states.ts";

const A = { name: "a", uuid: "uuid-a", id: 1 };
const [STARTED, SUSPENDED, RESUMED, STOPPED, CRASHED] = [2, 3, 4, 5, 8];
const [RUNNING, PAUSED, SHUT_OFF, STATE_CRASHED, ASLEEP] = [1, 3, 5, 6, 7];

function news(lifecycle: number, operation?: string, fields: GuestNews["fields"] = {}): GuestNews {
  return { domain: A, lifecycle, fields, ...(operation === undefined ? {} : { operation }) };
}

const paused = news(SUSPENDED, "paused", { reason: "paused" });
const resumed = news(RESUMED, "resumed", { reason: "unpaused" });
const panicked = news(CRASHED, "crashed", { reason: "panicked" });
const failed = news(STOPPED, "crashed", { reason: "failed" });

function after(...all: GuestNews[]): GuestStates {
  const states = new GuestStates();
  for (const one of all) states.learn(one);
  return states;
}

/** The events that are found missed when libvirt says this. */
function missed(states: GuestStates, now: { state: number; reason: number } | undefined, id = 1): string[] {
  states.ask();
  const found = states.compare(new Map([[A.uuid, { domain: { ...A, id }, now }]]));
  return found.map(({ operation, fields }) => [operation, ...Object.values(fields)].join(" "));
}

Deno.test("GuestStates: a panic that ends the guest is one crash, a resume of a start none", () => {
  const states = new GuestStates();
  assert.equal(states.learn(resumed), "no news");
  assert.equal(states.learn(news(STARTED)), "news");
  assert.equal(states.learn(paused), "news");
  assert.equal(states.learn(resumed), "news");
  assert.equal(states.learn(panicked), "news");
  assert.equal(states.learn(failed), "double");
  assert.equal(states.learn(failed), "no news", "it could not be started");
});

Deno.test("GuestStates: after a restart by on_crash the next panic is news", () => {
  const states = after(news(STARTED), panicked, { domain: A, operation: "rebooted", fields: {} });
  assert.equal(states.learn(failed), "news");
});

Deno.test("GuestStates tells what libvirt still knows of the time without a connection", () => {
  const runs = () => after(news(STARTED));
  assert.deepEqual(missed(runs(), { state: SHUT_OFF, reason: 3 }), ["crashed failed"]);
  assert.deepEqual(missed(runs(), { state: SHUT_OFF, reason: 1 }), [], "shut down");
  assert.deepEqual(missed(runs(), undefined), ["crashed vanished"]);
  assert.deepEqual(missed(runs(), { state: STATE_CRASHED, reason: 1 }), ["crashed panicked"]);
  assert.deepEqual(missed(runs(), { state: PAUSED, reason: 10 }), ["crashed panicked"]);
  assert.deepEqual(missed(runs(), { state: PAUSED, reason: 5 }), ["paused ioerror"]);
  assert.deepEqual(missed(runs(), { state: ASLEEP, reason: 0 }), ["pm-suspended memory"]);
  assert.deepEqual(missed(runs(), { state: RUNNING, reason: 1 }), []);
  assert.deepEqual(missed(after(news(STARTED), paused), { state: RUNNING, reason: 1 }), ["resumed unpaused"]);
  assert.deepEqual(missed(runs(), { state: PAUSED, reason: 5 }, 2), [], "another life of the guest");
});

Deno.test("GuestStates tells nothing twice: what was told before the connection was lost, what was compared before", () => {
  assert.deepEqual(missed(after(news(STARTED), panicked, paused), { state: PAUSED, reason: 10 }), []);
  assert.deepEqual(missed(after(news(STARTED), panicked), undefined), []);
  assert.deepEqual(missed(after(news(STARTED), paused), { state: PAUSED, reason: 1 }), []);
  const states = after(news(STARTED));
  assert.deepEqual(missed(states, { state: PAUSED, reason: 5 }), ["paused ioerror"]);
  assert.deepEqual(missed(states, { state: PAUSED, reason: 5 }), []);
  assert.deepEqual(missed(states, undefined), ["crashed vanished"]);
  assert.deepEqual(missed(states, undefined), []);
});

Deno.test("GuestStates begins with what an earlier watch knew, and of guests it never knew nothing is missed", () => {
  const states = new GuestStates([...after(news(STARTED)).guests.values()]);
  assert.deepEqual(missed(states, undefined), ["crashed vanished"]);
  assert.deepEqual(missed(new GuestStates(), { state: PAUSED, reason: 5 }), []);
});

Deno.test("GuestStates: a crash that a comparison has reported is not reported by its message again", () => {
  const states = after(news(STARTED));
  assert.deepEqual(missed(states, { state: STATE_CRASHED, reason: 1 }), ["crashed panicked"]);
  assert.equal(states.learn(panicked), "double");
});

Deno.test("GuestStates: an answer that is older than a message changes nothing", () => {
  const states = after(news(STARTED));
  states.ask();
  assert.equal(states.learn(panicked), "news");
  const old = new Map([[A.uuid, { domain: A, now: { state: RUNNING, reason: 1 } }]]);
  assert.deepEqual(states.compare(old), []);
  assert.deepEqual(missed(states, { state: STATE_CRASHED, reason: 1 }), [], "and the crash is known");
});

Deno.test("GuestStates: a second look is for crashes, and leaves the rest to messages", () => {
  const look = (states: GuestStates, now: { state: number; reason: number }) => {
    states.ask();
    return states.compare(new Map([[A.uuid, { domain: A, now }]]), true).map(({ operation }) => operation);
  };
  const states = after(news(STARTED), paused);
  assert.deepEqual(look(states, { state: RUNNING, reason: 1 }), []);
  assert.equal(states.learn(resumed), "news", "its message comes yet");
  assert.deepEqual(look(states, { state: PAUSED, reason: 10 }), ["crashed"]);
  assert.deepEqual(look(states, { state: PAUSED, reason: 10 }), []);
  const gone = after(news(STARTED));
  assert.deepEqual(look(gone, { state: SHUT_OFF, reason: 3 }), [], "its message comes yet");
  assert.equal(gone.learn(failed), "news");
  assert.deepEqual(look(new GuestStates(), { state: STATE_CRASHED, reason: 1 }), []);
});
