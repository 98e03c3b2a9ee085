import { flag, type Invocation, option } from "./command.ts";
import { loadWholeSite, stateOf } from "./whole_site.ts";
import { programVersion } from "./version.ts";
import { metricsText, RecordCounts } from "../records/metrics.ts";
import { oldestOf, openRecords } from "../records/history.ts";
import { replaceFile } from "../system/admin_files.ts";
import { print } from "../system/self.ts";

/** `hookvisor metrics`. */
export async function run(invocation: Invocation): Promise<number> {
  const { directories } = invocation;
  const { handlers } = await loadWholeSite(directories);
  const counts = new RecordCounts();
  using lines = openRecords(directories.log);
  for (const record of oldestOf(lines, {})) counts.add(record);
  const text = metricsText(counts, {
    version: programVersion().version,
    usable: handlers.filter((handler) => stateOf(handler) === "ready").length,
    broken: handlers.filter((handler) => stateOf(handler) !== "ready").length,
    logBytes: lines.size,
  });
  const file = option(invocation, "output");
  if (file === undefined) print(1, text);
  else {
    // The file is replaced as a whole, because node_exporter may read it at any moment.
    replaceFile(file, text);
    if (!flag(invocation, "quiet")) print(1, `${file} was written\n`);
  }
  return 0;
}
