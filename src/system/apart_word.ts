/** First argument of a process that does one thing for a hook call which may hang (call/do_apart.ts). */
export const APART = "do-apart";
