import type { Issue } from "../base/issue.ts";
import type { Config } from "./config.ts";
import type { FileReader } from "../system/file_reader.ts";
import { readTrusted, type Trouble } from "./read_trusted.ts";
import { defaultConfig } from "./settings.ts";

/** The largest `config.yaml`, in bytes. */
export const LARGEST_CONFIG = 256 * 1024;

/** `config.yaml` as it was found. */
export interface LoadedConfig {
  /** What could be read of it, with the defaults for the rest. */
  config: Config;
  issues: Issue[];
  /** Why the file cannot be used: then it counts as a failed handler for every operation. */
  trouble?: Exclude<Trouble, "missing">;
}

/**
 * Finds, checks and parses `config.yaml`. Where there is none, the defaults hold.
 *
 * @param file Its path.
 * @param uid The user hookvisor runs as.
 */
export async function loadConfig(file: string, files: FileReader, uid: number): Promise<LoadedConfig> {
  const read = readTrusted(files, file, uid, LARGEST_CONFIG);
  if ("trouble" in read) {
    if (read.trouble === "missing") return { config: defaultConfig(), issues: [] };
    return { config: defaultConfig(), issues: [read.issue], trouble: read.trouble };
  }
  // Here and not above: without the file a call must not pay for YAML.
  const { parseConfig } = await import("./parse_config.ts");
  const { config, issues } = parseConfig(file, read.text);
  const broken = issues.some((issue) => issue.severity === "error");
  return broken ? { config, issues, trouble: "invalid" } : { config, issues };
}
