/** What tests of capabilities share: a grant from rules as a manifest has them, and a call made to its end. */
import {
  type Answer,
  type CallContext,
  type Capability,
  type RunningHandler,
} from "../../src/capability/capability.ts";
import { perform } from "../../src/capability/perform.ts";
import { Grant } from "../../src/capability/grant.ts";
import { Deadline } from "../../src/base/deadline.ts";
import type { Json } from "../../src/base/json.ts";
import { HookData } from "../../src/protocol/hook_data.ts";
import { type HookEvent, parseEvent } from "../../src/protocol/event.ts";
import { LazyJournal } from "../../src/undo/lazy_journal.ts";
import type { Policy } from "../../src/site/config.ts";
import { defaultConfig } from "../../src/site/settings.ts";
import { Loop } from "../../src/system/loop.ts";

export interface Rules {
  exec?: string[];
  read?: string[];
  write?: string[];
  runAs?: string[];
  env?: string[];
  xml?: boolean;
  look?: string[];
  scripts?: string[];
}

export function grantOf(rules: Rules, policy: Policy = defaultConfig().policy): Grant {
  const located = (list: string[] = []) => list.map((value) => ({ value, line: 1, column: 1 }));
  const { exec, read, write, runAs, env } = rules;
  return new Grant("10-a", {
    look: located(rules.look),
    scripts: located(rules.scripts),
    libvirtClients: false,
    exec: located(exec),
    read: located(read),
    write: located(write),
    runAs: located(runAs),
    env: located(env),
    xml: rules.xml ?? false,
  }, policy);
}

/** A handler of a call for the guest `v1`, or for the network `v1`. */
export function runningHandler(
  { driver = "qemu", operation = "start", xml = "<domain/>", state = "/nonexistent/hookvisor" } = {},
): RunningHandler {
  const parsed = parseEvent(driver, ["v1", operation, "begin", "-"]);
  if ("error" in parsed) throw new Error(parsed.error.message);
  return {
    name: "10-a",
    guest: { driver, name: "v1" },
    keepsState: false,
    event: parsed.event,
    data: dataOf(parsed.event, xml),
    lazyJournal: new LazyJournal(state, () => {}),
  };
}

function dataOf(event: HookEvent, xml: string): HookData {
  return new HookData(event, () => ({ bytes: new TextEncoder().encode(xml) }), Deadline.in(60_000));
}

/** A handler that makes calls. */
export class Caller {
  readonly loop = new Loop();
  readonly #ends: (() => void)[] = [];

  /** What a dry run told. */
  readonly told: string[] = [];

  /** @param isDry nothing is changed, and `told` says what would have been done */
  constructor(
    readonly grant: Grant,
    readonly deadline: Deadline = Deadline.in(10_000),
    readonly handler: RunningHandler = runningHandler(),
    readonly isDry = false,
  ) {}

  /** Makes a call and turns the loop until it is answered or the time is over. */
  async call(capability: Capability, ...args: Json[]): Promise<Answer> {
    let given: Answer | undefined;
    const context: CallContext = {
      handler: this.handler,
      loop: this.loop,
      deadline: this.deadline,
      grant: this.grant,
      atEnd: (act) => void this.#ends.push(act),
      fail: (reason) => given = { error: { name: "Fail", message: reason } },
      answer: (answer) => given = answer,
    };
    if (capability.usesJournal) await this.handler.lazyJournal.load();
    const tell = this.isDry ? (what: string) => void this.told.push(what) : undefined;
    const first = perform(capability, args, context, tell);
    if (!("pending" in first)) return first;
    while (given === undefined && !this.deadline.passed) this.loop.turn(this.deadline);
    if (given !== undefined) return given;
    first.stop();
    first.kill();
    return { error: { name: "Unanswered", message: "the deadline came first" } };
  }

  /** What becomes of what the handler held when it is over. */
  end(): void {
    for (const act of this.#ends) act();
  }
}

/** `name message` of a failure, or the value as JSON. */
export function shown(answer: Answer): string {
  return "error" in answer
    ? `${answer.error.code ?? answer.error.name} ${answer.error.message}`
    : JSON.stringify(answer.value);
}
