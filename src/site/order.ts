/**
 * Handlers' names in the order they run: byte order, as libvirt orders its own
 * hooks (`strcmp`), and in reverse on teardown, so that what was set up last is
 * taken down first. The argument is not modified.
 */
export function orderHandlers(names: readonly string[], teardown: boolean): string[] {
  const ordered = [...names].sort(byBytes);
  return teardown ? ordered.reverse() : ordered;
}

/** Compares as the UTF-8 bytes do, which is the order of code points and not JavaScript's default. */
export function byBytes(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  const at = left.findIndex((c, i) => c !== right[i]);
  if (at < 0) return left.length - right.length;
  return (left[at]?.codePointAt(0) ?? -1) - (right[at]?.codePointAt(0) ?? -1);
}
