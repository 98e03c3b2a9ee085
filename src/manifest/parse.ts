import type { Issue } from "../base/issue.ts";
import type { OnFailure } from "../protocol/operations.ts";
import { checkOn, readOn } from "./parse_on.ts";
import { COMMENT_WIDTH, extractFrontMatter, LARGEST_HANDLER } from "./front_matter.ts";
import type { Located, Manifest, When } from "./manifest.ts";
import { readAllow } from "./parse_allow.ts";
import { type Entry, YamlReader } from "./yaml_reader.ts";

const KEYS = [
  "description",
  "on",
  "guests",
  "networks",
  "when",
  "timeout",
  "onFailure",
  "mode",
  "state",
  "allow",
  "options",
] as const;

/** The result of reading a handler's front matter. */
export interface ParsedManifest {
  /** Present unless an error was found; warnings do not prevent it. */
  manifest?: Manifest;
  /** The `on` list, if at least that has no error: the operations that a broken handler was meant for. */
  on?: Located<string>[];
  /** All problems at once, in the order of the file. */
  issues: Issue[];
}

/**
 * Reads and checks a handler's manifest. docs/manifest.md describes each key.
 *
 * @param file The handler's path, for the issues.
 * @param source The whole file.
 */
export function parseManifest(file: string, source: string): ParsedManifest {
  if (source.length > LARGEST_HANDLER) {
    const message = `the handler is larger than ${LARGEST_HANDLER} bytes`;
    return { issues: [{ severity: "error", file, line: 0, column: 0, message }] };
  }
  const front = extractFrontMatter(file, source);
  if ("issue" in front) return { issues: [front.issue] };

  const { yaml, lineOffset } = front.frontMatter;
  const reader = new YamlReader(file, yaml, { lines: lineOffset, columns: COMMENT_WIDTH });
  if (reader.failed) return { issues: reader.issues };
  const top: Located<undefined> = { value: undefined, line: lineOffset, column: 1 };
  const read = readKeys(reader, top);
  const issues = reader.issues.sort((a, b) => a.line - b.line || a.column - b.column);
  if (!read?.onIsGood) return { issues };
  const { on } = read.manifest;
  return reader.failed ? { on, issues } : { manifest: read.manifest, on, issues };
}

/**
 * All keys, with the defaults for those that are absent or wrong; undefined when the top level is not a map.
 */
function readKeys(
  reader: YamlReader,
  top: Located<undefined>,
): { manifest: Manifest; onIsGood: boolean } | undefined {
  if (reader.root === undefined) {
    reader.error(top, "the manifest is empty", "it needs at least the key on, such as on: [qemu/prepare]");
    return undefined;
  }
  const entries = reader.knownEntries(reader.root, "the manifest", KEYS, top);
  if (!reader.isMap(reader.root)) return undefined;
  const keys = new Map<string, Entry>(entries.map((entry) => [entry.key.value, entry]));
  const read = <T>(key: typeof KEYS[number], how: (entry: Entry) => T): T | undefined => {
    const entry = keys.get(key);
    return entry && how(entry);
  };
  if (!keys.has("on")) {
    reader.error(top, "the manifest has no key on", "add its operations, such as on: [qemu/prepare]");
  }
  const on = read("on", (entry) => readOn(reader, entry));
  const manifest: Manifest = {
    description: read("description", (entry) => reader.string(entry)?.value) ?? "",
    on: on ?? [],
    ...given("guests", read("guests", (entry) => readNames(reader, entry))),
    ...given("networks", read("networks", (entry) => readNames(reader, entry))),
    ...given("when", read("when", (entry) => readWhen(reader, entry))),
    ...given("timeoutMs", read("timeout", (entry) => reader.duration(entry))),
    ...given("onFailure", read("onFailure", (entry) => reader.choice<OnFailure>(entry, ["abort", "ignore"]))),
    mode: read("mode", (entry) => reader.choice(entry, ["wait", "background"])) ?? "wait",
    state: read("state", (entry) => reader.choice(entry, ["release", "keep"])) ?? "release",
    allow: readAllow(reader, keys.get("allow")),
    options: read("options", (entry) => readOptions(reader, entry)) ?? {},
  };
  checkOn(reader, manifest, keys);
  return { manifest, onIsGood: on !== undefined };
}

/** A property that is absent if it has no value. */
function given<K extends keyof Manifest>(key: K, value: Manifest[K] | undefined): Partial<Pick<Manifest, K>> {
  return value === undefined ? {} : { [key]: value } as Partial<Pick<Manifest, K>>;
}

/** Globs on names, or `uuid:` and a glob on a UUID. */
function readNames(reader: YamlReader, entry: Entry): Located<string>[] | undefined {
  const names = reader.strings(entry);
  if (names?.written === 0) {
    reader.error(
      reader.place(entry.node),
      `${entry.key.value} is empty, so the handler never matches`,
      "remove it",
    );
  }
  for (const { value, node } of names?.items ?? []) {
    if (value.startsWith("uuid:") && !/^uuid:[0-9a-fA-F*?-]+$/.test(value)) {
      const hint = "write uuid: and hexadecimal digits, -, * and ?";
      reader.error(reader.placeIn(node, value, 6), `"${value}" can match no UUID`, hint);
    }
  }
  return names?.items.map(({ value, line, column }) => ({ value, line, column }));
}

function readWhen(reader: YamlReader, { key, node }: Entry): When {
  const when: When = {};
  for (const entry of reader.knownEntries(node, "when", ["hostdev", "metadata", "path"], key)) {
    if (entry.key.value === "hostdev") {
      const value = reader.boolean(entry);
      if (value !== undefined) when.hostdev = value;
    } else {
      const text = reader.string(entry);
      if (text) when[entry.key.value === "path" ? "path" : "metadata"] = text;
    }
  }
  return when;
}

function readOptions(reader: YamlReader, { key, node }: Entry): Manifest["options"] {
  return Object.fromEntries(
    reader.entries(node, "options", key).flatMap((entry) => {
      const value = reader.json(entry.node, entry.key);
      return value === undefined ? [] : [[entry.key.value, value]];
    }),
  );
}
