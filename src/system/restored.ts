/** On the global object, because each part of the bundle has its own copy of a module (build/bundle.ts). */
const MARK = Symbol.for("hookvisor.restored");

/** Whether this process was restored from a checkpoint. */
export function isRestored(): boolean {
  return Reflect.has(globalThis, MARK);
}

export function markRestored(): void {
  Reflect.set(globalThis, MARK, true);
}
