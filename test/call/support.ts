import { Deadline } from "../../src/base/deadline.ts";
import type { LoadedHandler } from "../../src/site/load_handlers.ts";
import { parseManifest } from "../../src/manifest/parse.ts";
import { type HookEvent, parseEvent } from "../../src/protocol/event.ts";
import { HookData, type Input } from "../../src/protocol/hook_data.ts";
import { inComments } from "../manifest/in_comments.ts";

/** A hook call. */
export function event(driver: string, ...args: string[]): HookEvent {
  const parsed = parseEvent(driver, args);
  if ("error" in parsed) throw new Error(parsed.error.message);
  return parsed.event;
}

/** What libvirt wrote, and how often it was read. */
export function hookData(of: HookEvent, input: string | { error: string } = "<domain/>") {
  const counted = { reads: 0 };
  const given: Input = typeof input === "string" ? { bytes: new TextEncoder().encode(input) } : input;
  const data = new HookData(of, () => {
    counted.reads++;
    return given;
  }, Deadline.in(60_000));
  return { data, counted };
}

/** A handler as it was loaded: with its manifest, or with what is wrong with it. */
export function handler(name: string, yaml: string): LoadedHandler {
  const file = `/handlers/${name}.js`;
  const source = `${inComments(yaml)}export default () => {};\n`;
  const { manifest, issues } = parseManifest(file, source);
  return {
    name,
    file,
    source,
    issues,
    ...(manifest === undefined ? { trouble: "invalid" as const } : { manifest }),
    mayMatch: () => true,
  };
}
