import type { Finding, Patient } from "./finding.ts";
import { readText } from "../../system/read_text.ts";

const SMALL = 64 * 1024;
const STACK_BYTES = 8 * 1024 * 1024;

/** The engine's own limits are made for a stack of 8 MiB; a hook gets the daemon's limit. */
export function stack({ daemons }: Patient): Finding[] {
  return daemons.flatMap(({ name, pid }): Finding[] => {
    const soft = /^Max stack size\s+(\S+)/m.exec(readText(`/proc/${pid}/limits`, SMALL) ?? "")?.[1];
    if (soft === undefined || soft === "unlimited" || Number(soft) >= STACK_BYTES) return [];
    return [{
      check: "stack",
      level: "warn",
      seen:
        `${name} gives its hooks a stack of ${soft} bytes; deep recursion in a handler may crash the hook`,
      remedy: `systemctl edit ${name}: [Service] LimitSTACK=8M:infinity`,
    }];
  });
}
