import { splitWords } from "../manifest/words.ts";

/** What only a shell understands, and what a handler does instead. */
const SHELL: readonly [pattern: RegExp, what: string][] = [
  [/\|\|?/, "instead of a pipe, pass one call's stdout to the next: {stdin: stdout}"],
  [/&&|;/, "one call for each command, each with await"],
  [/>>?/, "instead of >, host.fs.write, host.fs.append or host.fs.set"],
  [/</, "instead of <, {stdin: await host.fs.read(path)}"],
  [/\$\(|`/, "instead of $(…), const {stdout} = await host.exec(…)"],
  [/\$\w/, "instead of $NAME, a variable of JavaScript"],
  [/&\s*$/, "instead of &, mode: background or systemd-run"],
];

/**
 * The message for a program's name that is a whole command line: no shell runs
 * it, and how the call must look. Undefined for a name without white space.
 *
 * @param args the arguments that were given beside it
 */
export function shellLineProblem(call: string, command: string, args: readonly string[]): string | undefined {
  if (!/\s/.test(command.trim())) return undefined;
  const there = "no shell runs it: give the program and its arguments separately";
  const special = SHELL.find(([pattern]) => pattern.test(command));
  if (special !== undefined) return `${there}; ${special[1]}`;
  const split = splitWords(command);
  const [program = "", ...words] = "words" in split
    ? split.words.map(({ pattern }) => pattern.join("*"))
    : command.trim().split(/\s+/);
  const list = [...words, ...args].map((word) => JSON.stringify(word)).join(", ");
  return `${there}: host.${call}(${JSON.stringify(program)}, [${list}])`;
}
