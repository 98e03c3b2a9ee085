import { type Adoptee, adoptPlan } from "./adopt_plan.ts";
import { flag, type Invocation } from "./command.ts";
import { placesOf } from "./places.ts";
import { look } from "./look.ts";
import { style } from "./style.ts";
import { type Look, visible, wrap } from "./text.ts";
import { jsonText } from "../base/json_text.ts";
import { AdminFileError, createFile, makeDirectory, moveFile } from "../system/admin_files.ts";
import { isThere } from "../system/file.ts";
import { print } from "../system/self.ts";

/** What happened to an entry of the hooks directory. */
interface Adopted extends Adoptee {
  did: "taken over" | "would be taken over" | "moved away" | "would be moved away" | "left alone";
  /** The handler's file. */
  file?: string;
}

/** `hookvisor adopt`. */
export function run(invocation: Invocation): number {
  const { hooks, program, why } = placesOf(invocation);
  const { config } = invocation.directories;
  const dryRun = flag(invocation, "dry-run");
  const adopted = adoptPlan(hooks, config, program).map((one) => adopt(one, config, dryRun));
  const ok = adopted.every(({ did }) => did !== "left alone");
  if (flag(invocation, "json")) {
    print(1, `${jsonText({ ok, dryRun, hooks, adopted })}\n`);
    return ok ? 0 : 1;
  }
  for (const line of why) print(1, `${line}\n`);
  if (adopted.length === 0) print(1, `${hooks} contains no script of yours\n`);
  const out = look();
  for (const one of adopted) print(1, adoptedText(one, out));
  if (adopted.some(({ handler }) => handler !== undefined)) {
    const next = dryRun
      ? "dry run: nothing was changed"
      : 'review the handlers, then run "hookvisor check" and "hookvisor install --reload"';
    print(1, `\n${next}\n`);
  }
  return ok ? 0 : 1;
}

function adopt(one: Adoptee, config: string, dryRun: boolean): Adopted {
  const { handler, moveTo, path } = one;
  if (handler === undefined && moveTo === undefined) return { ...one, did: "left alone" };
  const file = handler === undefined ? undefined : `${config}/handlers/${handler.name}.js`;
  const taken = [file, moveTo].find((target) => target !== undefined && isThere(target));
  if (taken !== undefined) {
    const { handler: _, ...rest } = one;
    return { ...rest, did: "left alone", leftBecause: `${taken} already exists` };
  }
  const at = file === undefined ? {} : { file };
  if (dryRun) {
    return { ...one, ...at, did: handler === undefined ? "would be moved away" : "would be taken over" };
  }
  // The file moves first: for an instant it does not run, instead of running twice.
  if (moveTo !== undefined) {
    makeDirectory(moveTo.slice(0, moveTo.lastIndexOf("/")));
    moveFile(path, moveTo);
  }
  try {
    if (file !== undefined) {
      makeDirectory(`${config}/handlers`);
      createFile(file, handler!.text);
    }
  } catch (error) {
    if (moveTo !== undefined && error instanceof AdminFileError) moveFile(moveTo, path);
    throw error;
  }
  return { ...one, ...at, did: handler === undefined ? "moved away" : "taken over" };
}

function adoptedText({ path, what, faults, did, file, moveTo, leftBecause }: Adopted, out: Look): string {
  const paint = style(out.colour);
  const part = (text: string, colour = (plain: string) => plain) =>
    wrap(visible(text, out.unicode), out.width - 4).map((line, i) =>
      `${i === 0 ? "  " : "    "}${colour(line)}\n`
    ).join("");
  return [
    `${paint.bold(visible(path, out.unicode))}\n`,
    part(what),
    ...faults.map((fault) =>
      part(
        `${fault.path === path ? "it" : fault.path} ${fault.what}; ${fault.remedy}`,
        fault.isFatal ? paint.red : paint.yellow,
      )
    ),
    part(
      did === "left alone" ? `not changed: ${leftBecause ?? "nothing to do"}` : [
        did,
        ...(file === undefined ? [] : [`by ${file}`]),
        ...(moveTo === undefined ? [] : [`moved to ${moveTo}`]),
      ].join(", "),
      did === "left alone" ? paint.yellow : paint.green,
    ),
  ].join("");
}
