import { join } from "node:path";
import { bindMount } from "./bind_mount.ts";
import { type Domain, largeDomain, smallDomain } from "./domains.ts";
import { EXEC, NOTHING, OTHER_GUEST, PARSES, READS, setsFile } from "./handlers.ts";
import { run, type TimedCommand } from "./measure.ts";

export type ProgramKind = "floor" | "process" | "hookvisor" | "bash" | "python";

/** One line of the table. */
export interface Row {
  id: string;
  label: string;
  kind: ProgramKind;
  /** How many handlers or scripts run, where that can be compared with a rival's row. */
  scripts: number;
  /** Size of the domain, as in {@link Domain}. */
  size: string;
  command: TimedCommand;
  /** Mounts the row's own directories, untimed; the result unmounts them again. */
  enter(): () => void;
  /** Undoes what a run has done, untimed. */
  reset?(): void;
}

/** As systemd starts libvirtd, and libvirtd its hooks. */
const ENV = { LC_ALL: "C", PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" };
/** How many handlers or scripts. */
const COUNTS = [1, 5, 20];
const DIRECTORIES = { etc: "/etc/hookvisor", run: "/run/hookvisor", log: "/var/log/hookvisor" };
const RIVALS = { bash: "read_domain.sh", python: "read_domain.py" };
/** As many records as `hookvisor history` shows. */
const PAGE = 50;

/** Sets everything up below `folder` and returns the rows. */
export function makeRows(folder: string, program: string, floor: string, parser: string): Row[] {
  const link = join(folder, "hooks", "qemu");
  const copy = copyProgram(program, join(folder, "hookvisor"));
  Deno.mkdirSync(join(folder, "hooks"));
  Deno.symlinkSync(copy, link);
  const [small, large] = [smallDomain(), largeDomain()];
  const target = join(folder, "governor");
  Deno.writeTextFileSync(target, "powersave\n");

  const empty: Row = {
    id: "floor",
    label: "empty program (the floor)",
    kind: "floor",
    scripts: 0,
    size: small.size,
    command: hookCall(copyProgram(floor, join(folder, "empty")), small),
    enter: () => () => {},
  };
  const parse: Row = {
    ...empty,
    id: "first-parse",
    label: "the same, and the parse of an 8 KB domain",
    size: large.size,
    command: hookCall(copyProgram(parser, join(folder, "first-parse")), large),
  };
  const process = (id: string, label: string, path: string, args: string[] = []): Row => ({
    ...empty,
    id,
    label,
    kind: "process",
    command: { path, args, env: ENV, stdin: new Uint8Array() },
  });
  const hookvisor = (id: string, label: string, handlers: string[], domain = small, scripts = 0): Row => ({
    id,
    label: `hookvisor, ${label}`,
    kind: "hookvisor",
    scripts,
    size: domain.size,
    command: hookCall(link, domain),
    enter: directories(join(folder, id), handlers, copy),
  });
  /** The same without a checkpoint: the first call after a boot, and every call that is not run as root. */
  const plainly = (row: Row): Row => {
    const command = { ...row.command, env: { ...ENV, HOOKVISOR_START: "plain" } };
    return { ...row, id: `plain-${row.id}`, label: `${row.label}, started plainly`, command };
  };
  const none = hookvisor("none", "no handlers", []);
  const set = hookvisor("fs-set", "1 handler: one fs.set", [setsFile(target)]);
  set.reset = () => void run(hookCall(link, small, ["release", "end"]));
  const edited = hookvisor("edited", "20 that read 1.2 KB, one of them just edited", Array(20).fill(READS));
  let edits = 0;
  edited.reset = () => {
    const file = join(folder, edited.id, "etc", "handlers", "20-bench.js");
    Deno.writeTextFileSync(file, `${READS}// edit ${++edits}\n`);
  };

  const command = (id: string, name: string, label: string): Row => {
    const row = hookvisor(id, label, [READS]);
    return { ...row, command: { path: copy, args: [name], env: ENV, stdin: new Uint8Array() } };
  };
  const history = command("history", "history", `history, ${PAGE} records`);
  const enter = history.enter;
  let recorded = false;
  history.enter = () => {
    const leave = enter();
    if (!recorded) { for (let i = 0; i < PAGE; i++) run(hookCall(link, small)); }
    recorded = true;
    return leave;
  };

  return [
    process("true", "true (start and end of a process)", "/usr/bin/true"),
    process("python-pass", "python3 -c pass", "/usr/bin/python3", ["-c", "pass"]),
    empty,
    parse,
    none,
    plainly(none),
    hookvisor("no-match", "20 handlers, none matches", Array(20).fill(OTHER_GUEST)),
    hookvisor("nothing", "1 handler that does nothing", [NOTHING]),
    hookvisor("parse", "1 handler: event.domain", [PARSES]),
    hookvisor("parse-8", "1 handler: event.domain of 8 KB", [PARSES], large),
    hookvisor("exec", "1 handler: exec /usr/bin/true", [EXEC]),
    set,
    edited,
    command("check", "check", "check, 1 handler"),
    history,
    ...[small, large].flatMap((domain) =>
      COUNTS.flatMap((count) => {
        const of = `${count} that read ${domain.size}`;
        const handlers: string[] = Array(count).fill(READS);
        const ours = hookvisor(`hookvisor-${count}-${bytes(domain)}`, of, handlers, domain, count);
        return [
          ours,
          ...(domain === small ? [plainly(ours)] : []),
          rival(folder, "bash", domain, count),
          rival(folder, "python", domain, count),
        ];
      })
    ),
  ];
}

/** A hook call as libvirt makes it. */
function hookCall(path: string, { guest, xml }: Domain, operation = ["prepare", "begin"]): TimedCommand {
  return { path, args: [guest, ...operation, "-"], env: ENV, stdin: xml };
}

function rival(folder: string, kind: keyof typeof RIVALS, domain: Domain, count: number): Row {
  const id = `${kind}-${count}-${bytes(domain)}`;
  const dispatcher = join(folder, id, "qemu");
  const scripts = join(folder, id, "qemu.d", domain.guest, "prepare", "begin");
  Deno.mkdirSync(scripts, { recursive: true });
  Deno.copyFileSync("build/bench/rivals/dispatcher.sh", dispatcher);
  for (let i = 0; i < count; i++) {
    Deno.copyFileSync(join("build/bench/rivals", RIVALS[kind]), join(scripts, `${10 + i}-${RIVALS[kind]}`));
  }
  return {
    id,
    label: `dispatcher, ${count} in ${kind} that read ${domain.size}`,
    kind,
    scripts: count,
    size: domain.size,
    command: hookCall(dispatcher, domain),
    enter: () => () => {},
  };
}

/**
 * Configuration, state and records of a row, each mounted where a hook looks for it, and a checkpoint to
 * start from.
 */
function directories(folder: string, handlers: string[], program: string): () => () => void {
  Deno.mkdirSync(join(folder, "etc", "handlers"), { recursive: true, mode: 0o755 });
  for (const name of ["run", "log"]) Deno.mkdirSync(join(folder, name), { mode: 0o755 });
  handlers.forEach((text, i) => {
    Deno.writeTextFileSync(join(folder, "etc", "handlers", `${10 + i}-bench.js`), text);
  });
  return () => {
    const mounts = Object.entries(DIRECTORIES).map(([name, target]) => bindMount(join(folder, name), target));
    if (![...Deno.readDirSync(DIRECTORIES.run)].some(({ name }) => name === "checkpoint")) {
      takeCheckpoint(program);
    }
    return () => mounts.forEach((unmount) => unmount());
  };
}

function takeCheckpoint(program: string): void {
  const { success, stderr } = new Deno.Command(program, { args: ["checkpoint"] }).outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr).trim());
}

/**
 * A copy of a program, written in one go.
 *
 * How the kernel caches a file depends on how it was written, which changes the start by a fifth: all
 * compared programs must be written in the same way.
 */
export function copyProgram(from: string, to: string): string {
  Deno.writeFileSync(to, Deno.readFileSync(from), { mode: 0o755 });
  return to;
}

function bytes({ size }: Domain): string {
  return size.replace(/\D.*/, "");
}
