import type { Issue } from "../base/issue.ts";
import { type OnFailure, OPERATIONS } from "../protocol/operations.ts";
import type { Config, Policy } from "./config.ts";
import { LONGEST_MS } from "../manifest/duration.ts";
import { parseExecRule } from "../manifest/exec_rule.ts";
import { expandOperations, operationGlobError } from "../manifest/operation_glob.ts";
import { execRuleError, pathRuleError, readRules } from "../manifest/parse_allow.ts";
import { parsePathRule } from "../manifest/path_rule.ts";
import { defaultConfig } from "./settings.ts";
import { parseSize } from "./size.ts";
import { type Entry, YamlReader } from "../manifest/yaml_reader.ts";

const KEYS = [
  "timeouts",
  "onFailure",
  "options",
  "guests",
  "policy",
  "background",
  "record",
  "checkpoint",
  "log",
] as const;
const POLICY_KEYS = ["deny", "libvirtClients", "programs", "maxTimeout", "approval"] as const;
/** libvirtd and its caller wait that long: a larger value is a typing error. */
const LONGEST_CALL_MS = 3_600_000;
const RECORDS_KEPT = 50;
const MIB = 1024 * 1024;

/**
 * Reads and checks `config.yaml`. docs/config.md describes each key.
 *
 * @param file Its path, for the issues.
 * @returns All problems at once, and the valid settings, with the defaults for the rest. One error among the
 * issues makes the whole file count as broken.
 */
export function parseConfig(file: string, text: string): { config: Config; issues: Issue[] } {
  const config = defaultConfig();
  const reader = new YamlReader(file, text);
  if (reader.root === undefined) return { config, issues: reader.issues };
  for (const entry of reader.knownEntries(reader.root, "config.yaml", KEYS)) {
    READ[entry.key.value as typeof KEYS[number]](reader, entry, config, file);
  }
  return { config, issues: reader.issues.sort((a, b) => a.line - b.line || a.column - b.column) };
}

type Read = (reader: YamlReader, entry: Entry, config: Config, file: string) => void;

const READ: Readonly<Record<typeof KEYS[number], Read>> = {
  timeouts(reader, { key, node }, config) {
    for (const entry of reader.entries(node, "timeouts", key)) {
      const value = reader.duration(entry, LONGEST_CALL_MS);
      const good = checkOperations(reader, entry);
      if (value !== undefined && good) config.timeouts.push({ on: entry.key.value, value });
    }
  },
  onFailure(reader, { key, node }, config) {
    for (const entry of reader.entries(node, "onFailure", key)) {
      const value = reader.choice<OnFailure>(entry, ["abort", "ignore"]);
      const on = entry.key.value;
      if (!checkOperations(reader, entry) || value === undefined) continue;
      if (value === "abort" && !expandOperations(on).some((o) => o.mayAbort)) {
        const most = [...new Set(OPERATIONS.filter((o) => o.mayAbort).map((o) => o.name))].join(", ");
        reader.error(entry.key, `${on} cannot abort: aborting there only does harm`, `possible for ${most}`);
      } else config.onFailure.push({ on, value });
    }
  },
  options(reader, entry, config, file) {
    config.options = readOptions(reader, entry, file);
  },
  guests(reader, { key, node }, config, file) {
    for (const entry of reader.entries(node, "guests", key)) {
      const guests = entry.key.value;
      if (guests.startsWith("uuid:") && !/^uuid:[0-9a-fA-F*?-]+$/.test(guests)) {
        const hint = "write uuid: and hexadecimal digits, -, * and ?";
        reader.error(reader.placeIn(entry.keyNode, guests, 6), `"${guests}" can match no UUID`, hint);
      } else config.guests.push({ guests, options: readOptions(reader, entry, file) });
    }
  },
  policy(reader, { key, node }, config) {
    for (const entry of reader.knownEntries(node, "policy", POLICY_KEYS, key)) {
      READ_POLICY[entry.key.value as typeof POLICY_KEYS[number]](reader, entry, config.policy);
    }
  },
  background(reader, { key, node }, config) {
    for (const entry of reader.knownEntries(node, "background", ["timeout"], key)) {
      config.background.timeoutMs = reader.duration(entry, LONGEST_MS) ?? config.background.timeoutMs;
    }
  },
  record(reader, entry, config) {
    if (!reader.isMap(entry.node)) {
      config.record.keep = reader.boolean(entry) ? RECORDS_KEPT : 0;
      return;
    }
    for (const inner of reader.knownEntries(entry.node, "record", ["keep"], entry.key)) {
      config.record.keep = reader.count(inner, 0, 10_000) ?? config.record.keep;
    }
  },
  checkpoint(reader, entry, config) {
    config.checkpoint = reader.boolean(entry) ?? config.checkpoint;
  },
  log(reader, { key, node }, config) {
    for (const entry of reader.knownEntries(node, "log", ["maxSize", "keep"], key)) {
      if (entry.key.value === "keep") config.log.keep = reader.count(entry, 0, 1000) ?? config.log.keep;
      else config.log.maxSizeBytes = readSize(reader, entry) ?? config.log.maxSizeBytes;
    }
  },
};

const READ_POLICY: Readonly<
  Record<typeof POLICY_KEYS[number], (reader: YamlReader, entry: Entry, policy: Policy) => void>
> = {
  deny(reader, { key, node }, { deny }) {
    for (const entry of reader.knownEntries(node, "deny", ["exec", "read", "write"], key)) {
      if (entry.key.value === "exec") {
        for (const { value } of readRules(reader, entry, execRuleError)) {
          const read = parseExecRule(value);
          if ("rule" in read) deny.exec.push(read.rule);
        }
      } else {
        const rules = readRules(reader, entry, pathRuleError).map(({ value }) => parsePathRule(value));
        deny[entry.key.value as "read" | "write"] = rules.flatMap((read) =>
          "rule" in read ? [read.rule] : []
        );
      }
    }
  },
  libvirtClients(reader, entry, policy) {
    policy.libvirtClients = reader.choice(entry, ["deny", "background", "allow"] as const) ??
      policy.libvirtClients;
  },
  programs(reader, entry, policy) {
    policy.programs = reader.choice(entry, ["trusted", "any"] as const) ?? policy.programs;
  },
  maxTimeout(reader, entry, policy) {
    const ms = reader.duration(entry, LONGEST_MS);
    if (ms !== undefined) policy.maxTimeoutMs = ms;
  },
  approval(reader, entry, policy) {
    policy.approval = reader.choice(entry, ["required", "none"] as const) ?? policy.approval;
  },
};

/** A map of handlers to maps of their options. */
function readOptions(reader: YamlReader, { key, node }: Entry, file: string): Config["options"] {
  const options: Config["options"] = {};
  for (const handler of reader.entries(node, key.value, key)) {
    const name = handler.key.value;
    options[name] = reader.entries(handler.node, `options of ${name}`, handler.key).flatMap((entry) => {
      const value = reader.json(entry.node, entry.key);
      const { value: option, line, column } = entry.key;
      return value === undefined ? [] : [{ key: option, value, file, line, column }];
    });
  }
  return options;
}

function checkOperations(reader: YamlReader, { key, keyNode }: Entry): boolean {
  const wrong = operationGlobError(key.value);
  if (wrong) reader.error(reader.placeIn(keyNode, key.value, wrong.column), wrong.error, wrong.hint);
  return wrong === undefined;
}

function readSize(reader: YamlReader, entry: Entry): number | undefined {
  const text = reader.string(entry);
  const read = text && parseSize(text.value);
  if (!text || !read) return undefined;
  if ("error" in read) reader.error(text, `${entry.key.value}: ${read.error}`, read.hint);
  else if (read.bytes >= MIB / 16) return read.bytes;
  else reader.error(text, `${entry.key.value}: the least is 64KiB`);
  return undefined;
}
