/**
 * First argument of a process that does one task for a hook call, a task that may hang (call/do_apart.ts).
 */
export const APART = "do-apart";
