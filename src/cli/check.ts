import { jsonText } from "../base/json_text.ts";
import { callWarnings } from "./call_warnings.ts";
import { codeIssues } from "./code_issues.ts";
import { flag, type Invocation } from "./command.ts";
import { grantWarnings } from "./grant_warnings.ts";
import { handlerWarnings, shadowWarnings } from "./handler_warnings.ts";
import { issueText } from "./issue_text.ts";
import { loadFile, loadWholeSite, type WholeSite } from "./whole_site.ts";
import { look } from "./look.ts";
import { allowed, allowedCells, conditions } from "./allowed.ts";
import { style } from "./style.ts";
import { programWarnings } from "./program_warnings.ts";
import { renderTable } from "./text_table.ts";
import type { Issue } from "../base/issue.ts";
import { wrap } from "./text.ts";
import { watchNeed, watchSentence } from "./watch_needed.ts";
import { isTrouble } from "../system/file_reader.ts";
import type { LoadedHandler } from "../site/load_handlers.ts";
import { LARGEST_CONFIG } from "../site/load_config.ts";
import { optionIssues, unknownHandlerIssues } from "../site/options.ts";
import { policyIssues } from "../site/policy_issues.ts";
import { fileReader } from "../system/file_reader.ts";
import { print } from "../system/self.ts";

/** `hookvisor check`. */
export async function run(invocation: Invocation): Promise<number> {
  // Before the engine starts, because the permission to query the terminal is dropped then.
  const out = look();
  const setup = await loadWholeSite(invocation.directories);
  const files = invocation.words.map(loadFile);
  const handlers = files.length > 0 ? files : setup.handlers;
  const issues = files.length > 0 ? await issuesOfAll(handlers, setup) : await allIssues(setup);
  const errors = issues.filter(({ severity }) => severity === "error").length;
  const warnings = issues.length - errors;
  const failed = errors > 0 || (warnings > 0 && flag(invocation, "strict"));
  if (flag(invocation, "json")) {
    print(
      1,
      `${jsonText({ ok: !failed, errors, warnings, issues, handlers: handlers.map(handlerJson) })}\n`,
    );
    return failed ? 1 : 0;
  }
  const paint = style(out.colour);
  const texts = new Map<string, string>(handlers.map(({ file, source }) => [file, source]));
  texts.set(setup.configFile, textOf(setup.configFile) ?? "");
  for (const issue of issues) {
    print(1, `${issueText(issue, texts.get(issue.file) || undefined, out, paint)}\n`);
  }
  const good = handlers.filter(({ manifest }) => manifest !== undefined);
  if (good.length > 0 && !flag(invocation, "quiet")) {
    const columns = [{ title: "HANDLER" }, { title: "FOR", flex: "wrap" as const }, {
      title: "MAY",
      flex: "wrap" as const,
    }];
    print(1, `${renderTable(columns, good.map((h) => [h.name, ...allowedCells(h.manifest!)]), out)}\n`);
  }
  const watch = watchSentence(watchNeed(handlers, invocation.directories.state));
  if (watch !== undefined && !flag(invocation, "quiet")) print(1, `${wrap(watch, out.width).join("\n")}\n`);
  const verdict = `${count(handlers.length, "handler")}, ${count(errors, "error")}, ${
    count(warnings, "warning")
  }`;
  print(1, `${failed ? paint.red(verdict) : warnings > 0 ? paint.yellow(verdict) : paint.green(verdict)}\n`);
  return failed ? 1 : 0;
}

async function allIssues(setup: WholeSite): Promise<Issue[]> {
  const { config, configFile, handlers, issues } = setup;
  const names = handlers.map(({ name }) => name);
  const options = unknownHandlerIssues(config, names).map((issue) => ({
    ...issue,
    severity: "warning" as const,
  }));
  return [
    ...issues,
    ...options.filter((issue) => issue.file === configFile),
    ...await issuesOfAll(handlers, setup),
    ...shadowWarnings(handlers),
  ];
}

async function issuesOfAll(handlers: readonly LoadedHandler[], setup: WholeSite): Promise<Issue[]> {
  return (await Promise.all(handlers.map((handler) => issuesOf(handler, setup)))).flat();
}

async function issuesOf(handler: LoadedHandler, { config }: WholeSite): Promise<Issue[]> {
  const { file, name, manifest, issues } = handler;
  const more = manifest === undefined ? [] : [
    ...policyIssues(file, manifest, config),
    ...optionIssues(manifest, config, name),
    ...grantWarnings(file, manifest.allow),
    ...handlerWarnings(handler, config),
    ...callWarnings(file, handler.source, manifest.allow),
    ...programWarnings(file, manifest, config),
  ];
  const all = [...issues, ...more, ...await codeIssues(handler)];
  return all.sort((a, b) =>
    a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column
  );
}

function handlerJson({ name, file, manifest }: LoadedHandler) {
  if (manifest === undefined) return { name, file, usable: false };
  return { name, file, usable: true, for: conditions(manifest), may: allowed(manifest) };
}

function textOf(file: string): string | undefined {
  const read = fileReader.read(file, LARGEST_CONFIG);
  return isTrouble(read) ? undefined : new TextDecoder().decode(read.bytes);
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}
