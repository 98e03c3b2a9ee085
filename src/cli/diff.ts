import { jsonText } from "../base/json_text.ts";
import { flag, type Invocation } from "./command.ts";
import { CommandError } from "./command_error.ts";
import { loadWholeSite } from "./whole_site.ts";
import { look } from "./look.ts";
import { allowed, conditions } from "./allowed.ts";
import { style } from "./style.ts";
import { visible } from "./text.ts";
import { readApproval } from "../site/approval.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { parseManifest } from "../manifest/parse.ts";
import { diff } from "../protocol/xml/diff.ts";
import { print, userId } from "../system/self.ts";

/** `hookvisor diff`. */
export async function run(invocation: Invocation): Promise<number> {
  const { directories, words: [name = ""] } = invocation;
  const { handlers } = await loadWholeSite(directories);
  const handler = handlers.find((handler) => handler.name === name);
  if (handler === undefined) {
    throw new CommandError(`no handler ${name}; "hookvisor list" lists all`);
  }
  const approval = readApproval(directories, name, userId());
  if (typeof approval === "string") throw new CommandError(`${name}: ${approval}`);
  const before = parseManifest(handler.file, approval.source).manifest;
  const changed = {
    may: changes(before, handler.manifest, allowed),
    for: changes(before, handler.manifest, conditions),
  };
  const text = diff(approval.source, handler.source);
  if (flag(invocation, "json")) {
    print(
      1,
      `${jsonText({ name, approved: approval.time, changed: text !== "", ...changed, text })}\n`,
    );
    return text === "" ? 0 : 1;
  }
  if (text === "") {
    print(1, `${name} is unchanged since it was approved on ${approval.time}\n`);
    return 0;
  }
  print(1, `${name} was changed since it was approved on ${approval.time}\n\n`);
  tellChanges("What it may do", changed.may);
  tellChanges("What it runs for", changed.for);
  if (handler.manifest === undefined) print(1, `It is invalid now: see "hookvisor check"\n\n`);
  for (const line of text.trimEnd().split("\n")) print(1, `${coloured(line)}\n`);
  return 1;
}

interface Changes {
  added: string[];
  removed: string[];
}

function changes(
  before: Manifest | undefined,
  now: Manifest | undefined,
  list: (manifest: Manifest) => string[],
): Changes {
  const old = before === undefined ? [] : list(before);
  const today = now === undefined ? [] : list(now);
  return {
    added: today.filter((line) => !old.includes(line)),
    removed: old.filter((line) => !today.includes(line)),
  };
}

function tellChanges(title: string, { added, removed }: Changes): void {
  if (added.length + removed.length === 0) {
    print(1, `${title}: the same\n\n`);
    return;
  }
  print(1, `${title}:\n`);
  for (const line of removed) print(1, `${coloured(`- ${line}`)}\n`);
  for (const line of added) print(1, `${coloured(`+ ${line}`)}\n`);
  print(1, "\n");
}

function coloured(line: string): string {
  const out = look();
  const paint = style(out.colour);
  const text = visible(line, out.unicode);
  return text.startsWith("+") ? paint.green(text) : text.startsWith("-") ? paint.red(text) : text;
}
