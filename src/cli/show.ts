import { jsonText } from "../base/json_text.ts";
import { flag, type Invocation } from "./command.ts";
import { CommandError } from "./command_error.ts";
import { loadWholeSite, stateOf } from "./whole_site.ts";
import { look } from "./look.ts";
import { allowedLines, conditions } from "./allowed.ts";
import { renderTable } from "./text_table.ts";
import { formatIssue } from "../base/issue.ts";
import { suggest } from "../base/suggest.ts";
import type { Config } from "../site/config.ts";
import { formatDuration } from "../manifest/duration.ts";
import type { LoadedHandler } from "../site/load_handlers.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { expandOperations } from "../manifest/operation_glob.ts";
import { applyOptions, optionIssues } from "../site/options.ts";
import { handlerTimeout, onFailureFor } from "../site/settings.ts";
import { print } from "../system/self.ts";

/** `hookvisor show`. */
export async function run(invocation: Invocation): Promise<number> {
  const { handlers, config } = await loadWholeSite(invocation.directories);
  const name = invocation.words[0]!.replace(/\.js$/, "");
  const handler = handlers.find((one) => one.name === name);
  if (handler === undefined) {
    const near = suggest(name, handlers.map((one) => one.name));
    throw new CommandError(
      `no handler ${JSON.stringify(name)}${near ? `; did you mean ${near}?` : ""}`,
    );
  }
  if (flag(invocation, "source")) {
    print(1, handler.source);
    return 0;
  }
  const facts = await factsOf(handler, config);
  if (flag(invocation, "json")) {
    print(1, `${jsonText(facts)}\n`);
    return facts.usable ? 0 : 1;
  }
  const out = look();
  const rows = Object.entries(LABELS).flatMap(([key, label]) => {
    const value = facts[key as keyof typeof LABELS];
    const lines = value === undefined ? [] : Array.isArray(value) ? value : [value];
    return lines.length === 0 ? [] : [[label, lines]];
  });
  print(1, renderTable([{ title: facts.name }, { title: "", flex: "wrap" }], rows, out));
  return facts.usable ? 0 : 1;
}

const LABELS = {
  description: "description",
  file: "file",
  sha256: "SHA-256",
  for: "for",
  may: "may",
  options: "options",
  operations: "operations",
  problems: "problems",
} as const;

interface Facts {
  name: string;
  usable: boolean;
  file: string;
  /** As `approve` records it. */
  sha256: string;
  description?: string;
  for?: string[];
  may?: string[];
  /** `name: value`, as they are with `config.yaml`, and the line that sets each; then those for some guests only. */
  options?: string[];
  /** Each operation with its time limit and the effect of a failure. */
  operations?: string[];
  problems: string[];
}

async function factsOf(handler: LoadedHandler, config: Config): Promise<Facts> {
  const { name, file, source, manifest, issues } = handler;
  const common = { name, usable: stateOf(handler) === "ready", file, sha256: await sha256(source) };
  const problems = issues.map(formatIssue);
  if (manifest === undefined) return { ...common, problems };
  return {
    ...common,
    description: manifest.description,
    for: conditions(manifest),
    may: allowedLines(manifest),
    options: optionLines(manifest, config, name),
    operations: operations(manifest, config),
    problems: [...problems, ...optionIssues(manifest, config, name).map(formatIssue)],
  };
}

function optionLines(manifest: Manifest, config: Config, name: string): string[] {
  const { options, set } = applyOptions(manifest, config, name);
  const line = (key: string) => set[key] === undefined ? "" : ` (config.yaml:${set[key].line})`;
  return [
    ...Object.entries(options).map(([key, value]) => `${key}: ${JSON.stringify(value)}${line(key)}`),
    ...config.guests.flatMap(({ guests, options }) =>
      (Object.hasOwn(options, name) ? options[name]! : []).map(({ key, value, line }) =>
        `${key}: ${JSON.stringify(value)} for ${guests} (config.yaml:${line})`
      )
    ),
  ];
}

function operations(manifest: Manifest, config: Config): string[] {
  const all = new Set(manifest.on.flatMap(({ value }) => expandOperations(value)));
  return [...all].map((o) => {
    const time = formatDuration(handlerTimeout(config, manifest, o));
    return `${o.driver}/${o.name}: at most ${time}, a failure is ${
      onFailureFor(config, manifest, o) === "abort" ? "an abort" : "ignored"
    }`;
  });
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
