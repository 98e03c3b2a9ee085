/** A test that `deno test` left out, by its line in the output without colours. */
const LEFT_OUT = /^(.*) \.\.\. ignored \(\d+ms\)$/;
/** The Debian packages that a test's name says it needs: `(needs root and Debian's tmux and zsh)`. */
const PACKAGES = /\(needs [^()]*Debian's ([^()]*)\)$/;

/** The name of a test that was left out, from a line of `deno test`; undefined for any other line. */
export function leftOutName(line: string): string | undefined {
  return LEFT_OUT.exec(line)?.[1];
}

/**
 * The closing report on tests that were left out: which, and the packages that they need. Empty if none was.
 */
export function leftOutReport(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const packages = new Set(names.flatMap((name) => PACKAGES.exec(name)?.[1]?.split(/, | and /) ?? []));
  const others = names.some((name) => !PACKAGES.test(name));
  return [
    `left out: ${names.length} ${names.length === 1 ? "test" : "tests"}`,
    ...names.map((name) => `  ${name}`),
    ...(packages.size === 0 ? [] : [`to run them: apt-get install ${[...packages].sort().join(" ")}`]),
    ...(others ? ["tests listed without a package need root, namespaces of their own, or x86-64"] : []),
  ];
}
