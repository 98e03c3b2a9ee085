import { formatIssue } from "../base/issue.ts";
import type { When } from "../manifest/manifest.ts";
import type { HookEvent } from "../protocol/event.ts";
import type { HookData } from "../protocol/hook_data.ts";
import { HookDataError } from "../protocol/hook_data_error.ts";
import { hookDataElements } from "../protocol/hook_data_elements.ts";
import { hasHostDevice } from "../protocol/host_devices.ts";
import { compilePathTest } from "../protocol/xml/compile_path.ts";
import { metadataElement } from "../protocol/xml/element_data.ts";
import { passes } from "../protocol/xml/find.ts";

/**
 * Which condition of a manifest's `when` does not hold, or undefined when all
 * do. Paths begin at `<domain>`, or at `<hookData>` of a network's call.
 *
 * @throws {HookDataError} when the XML is not available or a path takes too
 * long
 */
export function whenFails(when: When, event: HookEvent, data: HookData): string | undefined {
  if (data.isEmpty) return "when is set, but the daemon's calls have no XML";
  const { root } = data.current;
  const about = event.driver === "network" ? hookDataElements(root).network : root;
  if (when.hostdev !== undefined && when.hostdev !== hasHostDevice(root)) {
    return `when.hostdev: the domain has ${when.hostdev ? "no host device" : "a host device"}`;
  }
  const metadata = when.metadata?.value;
  if (metadata !== undefined && (about === undefined || metadataElement(about, metadata) === undefined)) {
    return `when.metadata: the domain has no metadata of ${metadata}`;
  }
  const path = when.path;
  if (path === undefined) return undefined;
  const compiled = compilePathTest(path.value);
  if (compiled.issue !== undefined) throw new HookDataError(`when.path: ${formatIssue(compiled.issue)}`);
  const result = passes(root, compiled.test);
  if (result.issue !== undefined) throw new HookDataError(formatIssue(result.issue));
  return result.passed ? undefined : `when.path: nothing matches ${path.value}`;
}
