import { jsonText } from "../base/json_text.ts";
import { flag, type Invocation, option } from "./command.ts";
import { CommandError } from "./command_error.ts";
import { look } from "./look.ts";
import { style } from "./style.ts";
import { type Look, visible, wrap } from "./text.ts";
import { renderTimeline } from "./timeline.ts";
import { suggest } from "../base/suggest.ts";
import { playedCall } from "../call/played_call.ts";
import type { Directories } from "../site/directories.ts";
import type { HookRecord } from "../records/record.ts";
import { appendRecord, makeRecord } from "../records/write_record.ts";
import { parseEvent } from "../protocol/event.ts";
import { makeDirectory, workingDirectory } from "../system/admin_files.ts";
import { fileStatus, realPath, setRoot } from "../system/file.ts";
import { print } from "../system/self.ts";

/** One hook call in libvirt's words, as `run` and `replay` play it. */
export interface CallToPlay {
  driver: string;
  object: string;
  operation: string;
  subOperation: string;
  extra: string;
  xml: string;
  caller?: string;
  /** The source of the XML, as shown to the admin. */
  source: string;
}

/**
 * Plays one call in this process, with the code that answers libvirt, and prints its timeline. Returns the
 * exit code.
 */
export async function playCall(invocation: Invocation, call: CallToPlay): Promise<number> {
  // Before handlers run, because the permission to query the terminal is dropped then.
  const out = look();
  const parsed = parseEvent(call.driver, [call.object, call.operation, call.subOperation, call.extra]);
  if ("error" in parsed) throw new CommandError(parsed.error.message, 2);
  const { event } = parsed;
  if (event.known === undefined) {
    throw new CommandError(`${event.driver} has no operation ${JSON.stringify(event.operation)}`, 2);
  }
  const dryRun = flag(invocation, "dry-run");
  const directories = rooted(invocation, dryRun);
  const notDone = new NotDone();
  const only = option(invocation, "handler")?.replace(/\.js$/, "");
  const began = performance.now();
  const note = (handler: string, what: string) => notDone.add(handler, what);
  const { reply, record: told } = await playedCall(event, event.known, directories, {
    input: new TextEncoder().encode(call.xml),
    began,
    ...(only === undefined ? {} : { only }),
    ...(call.caller === undefined ? {} : { caller: call.caller }),
    ...(dryRun ? { dryRun: note } : {}),
  });
  const record = sinceBegan(makeRecord(event, told, began), began);
  const known = [...record.handlers, ...record.left ?? []].map(({ name }) => name);
  if (only !== undefined && !known.includes(only)) {
    const near = suggest(only, known);
    throw new CommandError(
      `--handler: no handler ${only}${near ? `; did you mean ${near}?` : ""}`,
      2,
    );
  }
  if (flag(invocation, "log")) {
    const why = appendRecord(directories.log, record, told.log);
    if (why !== undefined) print(2, `hookvisor: the record was not written: ${why}\n`);
  }
  if (flag(invocation, "json")) {
    const xml = reply.stdout === "" ? {} : { xml: reply.stdout };
    print(
      1,
      `${
        jsonText({ ...record, source: call.source, ...(dryRun ? { notDone: notDone.all } : {}), ...xml })
      }\n`,
    );
  } else {
    print(1, renderTimeline(record, out));
    print(1, afterwards(call.source, dryRun, notDone.all, out));
  }
  return record.verdict === "success" ? 0 : 1;
}

/** Something that a dry run did not do, and how often it would have been done. */
interface PlayedChange {
  handler: string;
  what: string;
  times: number;
}

/**
 * What a dry run did not do, each once, in order of first appearance: a polling loop repeats the same
 * thousands of times.
 */
class NotDone {
  readonly #changes = new Map<string, PlayedChange>();

  add(handler: string, what: string): void {
    const key = `${handler}\0${what}`;
    const known = this.#changes.get(key);
    if (known === undefined) this.#changes.set(key, { handler, what, times: 1 });
    else known.times++;
  }

  get all(): PlayedChange[] {
    return [...this.#changes.values()];
  }
}

/**
 * With --root every path of a handler is relative to that directory, and guests' holds are kept there too,
 * because they do not concern this host.
 */
function rooted(invocation: Invocation, dryRun: boolean): Directories {
  const given = option(invocation, "root");
  if (given === undefined) return invocation.directories;
  const root = realPath(given.startsWith("/") ? given : `${workingDirectory()}/${given}`);
  if (fileStatus(root)?.kind !== "directory") {
    throw new CommandError(`--root: ${given} is not a directory`, 2);
  }
  if (root === "/") return invocation.directories;
  const state = `${root}/run/hookvisor`;
  if (!dryRun) makeDirectory(`${root}/run`);
  const directories = { ...invocation.directories, state, libvirt: `${root}/run/libvirt` };
  setRoot(root, [state, directories.libvirt, directories.config, directories.log]);
  return directories;
}

/** A record's times, converted from the start of the process to the start of the call. */
function sinceBegan(record: HookRecord, began: number): HookRecord {
  const handlers = record.handlers.map((handler) =>
    handler.start === undefined
      ? handler
      : { ...handler, start: Math.round((handler.start - began) * 10) / 10 }
  );
  return { ...record, handlers };
}

function afterwards(
  source: string,
  dryRun: boolean,
  notDone: readonly PlayedChange[],
  out: Look,
): string {
  const paint = style(out.colour);
  const xml = wrap(visible(source, out.unicode), out.width - 9).map((line, i) =>
    `${i === 0 ? "xml      " : "         "}${line}`
  );
  if (!dryRun) return `${xml.join("\n")}\n`;
  const lines = notDone.flatMap(({ handler, what, times }) =>
    wrap(visible(`${handler}  ${what}${times === 1 ? "" : ` (${times} times)`}`, out.unicode), out.width - 4)
      .map((line, i) => `${i === 0 ? "  " : "    "}${line}`)
  );
  const head = notDone.length === 0
    ? "dry run: nothing was changed on this host"
    : "dry run: nothing was changed on this host; without --dry-run these calls would run:";
  return [...xml, "", ...wrap(head, out.width).map(paint.bold), ...lines].map((line) => `${line}\n`).join("");
}
