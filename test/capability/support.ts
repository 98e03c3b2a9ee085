/** What tests of capabilities share: a grant from rules as a manifest has them, and a call made to its end. */
import type { Answer, CallContext, Capability } from "../../src/capability/capability.ts";
import { Grant } from "../../src/capability/grant.ts";
import { Deadline } from "../../src/base/deadline.ts";
import type { Json } from "../../src/base/json.ts";
import type { Policy } from "../../src/site/config.ts";
import { defaultConfig } from "../../src/site/settings.ts";
import { Loop } from "../../src/system/loop.ts";

export interface Rules {
  exec?: string[];
  read?: string[];
  write?: string[];
  runAs?: string[];
  env?: string[];
}

export function grantOf(rules: Rules, policy: Policy = defaultConfig().policy): Grant {
  const located = (list: string[] = []) => list.map((value) => ({ value, line: 1, column: 1 }));
  const { exec, read, write, runAs, env } = rules;
  return new Grant("10-a", {
    exec: located(exec),
    read: located(read),
    write: located(write),
    runAs: located(runAs),
    env: located(env),
    xml: false,
  }, policy);
}

/** A handler that makes calls. */
export class Caller {
  readonly loop = new Loop();
  readonly #ends: (() => void)[] = [];

  constructor(readonly grant: Grant, readonly deadline: Deadline = Deadline.in(10_000)) {}

  /** Makes a call and turns the loop until it is answered or the time is over. */
  async call(capability: Capability, ...args: Json[]): Promise<Answer> {
    let given: Answer | undefined;
    const context: CallContext = {
      loop: this.loop,
      deadline: this.deadline,
      grant: this.grant,
      atEnd: (act) => void this.#ends.push(act),
      answer: (answer) => given = answer,
    };
    const first = capability(args, context);
    if (!("pending" in first)) return first;
    await first.ready;
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
