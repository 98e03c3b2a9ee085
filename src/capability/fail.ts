import type { Capability } from "./capability.ts";

const LONGEST = 4096;

/** `host.fail(reason)`: ends the handler as failed, with this reason for the caller of the operation. */
export const fail: Capability = {
  name: "fail",
  looksOnly: true,
  isSync: true,
  isUnrecorded: true,
  run([reason], context) {
    const message = typeof reason === "string" && reason.trim() !== ""
      ? reason.slice(0, LONGEST)
      : "no reason given";
    context.fail(message);
    return { error: { name: "Fail", message } };
  },
};
