import type { Issue } from "../base/issue.ts";
import type { Config } from "./config.ts";
import type { FileReader } from "../system/file_reader.ts";
import { readTrusted, type Trouble } from "./read_trusted.ts";
import { defaultConfig } from "./settings.ts";

/** The largest `config.yaml`, in bytes. */
export const LARGEST_CONFIG = 256 * 1024;

/** `config.yaml` as it was read. */
export interface LoadedConfig {
  /** The settings that could be read, with the defaults for the rest. */
  config: Config;
  issues: Issue[];
  /** Why the file cannot be used; it then counts as a failed handler for every operation. */
  trouble?: Exclude<Trouble, "missing">;
}

/**
 * Finds, checks and parses `config.yaml`. Without the file, the defaults apply.
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
  // Imported here and not above: without the file a call must not pay for loading YAML.
  const { parseConfig } = await import("./parse_config.ts");
  const { config, issues } = parseConfig(file, read.text);
  const broken = issues.some((issue) => issue.severity === "error");
  return broken ? { config, issues, trouble: "invalid" } : { config, issues };
}
