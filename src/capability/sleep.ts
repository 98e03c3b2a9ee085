import { type Capability, misuse } from "./capability.ts";

/** `host.sleep(ms)`: ends early when the handler's time has passed, and the handler with it. */
export const sleep: Capability = {
  name: "sleep",
  looksOnly: true,
  run([ms], context) {
    if (typeof ms !== "number" || !(ms >= 0)) {
      return misuse("host.sleep: the first argument must be a number of milliseconds");
    }
    let running = true;
    const wait = context.loop.after(ms, () => {
      running = false;
      context.answer({ value: null });
    });
    const end = () => {
      running = false;
      wait.cancel();
    };
    return {
      pending: true,
      stop: end,
      kill: end,
      get running() {
        return running;
      },
    };
  },
};
