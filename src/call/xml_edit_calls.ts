import { type Answer, type Capability, misuse } from "../capability/capability.ts";
import type { Json } from "../base/json.ts";
import type { HookEvent } from "../protocol/event.ts";

/** One handler's edits of the XML that libvirt gets back. The code that makes them is loaded only where they are possible. */
export interface Edits {
  /** Makes one edit; `name` is one of EDIT_CALLS. */
  edit(name: string, path: string, text: string): Answer;
  /**
   * Makes the edits those of the call, for the next handler and for libvirt.
   *
   * @returns what changed, as `diff -u` shows it, or undefined when nothing
   * did, or why the XML must not go to libvirt
   */
  keep(): { changed: string | undefined } | { error: string };
}

/** `host.xml`'s calls: a path, and for all but `remove` a value or XML. */
const EDIT_CALLS = ["set", "remove", "append", "insertBefore", "insertAfter", "replace"];

/**
 * `host.xml.set` and the rest, by their names in the bridge.
 *
 * @param edits undefined where nothing may be edited: in most operations, and
 * without `allow: {xml: true}` in the manifest
 */
export function editCalls(
  edits: Edits | undefined,
  event: HookEvent,
  handler: string,
): [string, Capability][] {
  return EDIT_CALLS.map((name) => [`xml.${name}`, (args) => edit(edits, event, handler, name, args)]);
}

function edit(
  edits: Edits | undefined,
  { driver, operation, known }: HookEvent,
  handler: string,
  name: string,
  [path, text]: readonly Json[],
): Answer {
  const where = `host.xml.${name}`;
  if (known?.returnsXml !== true) {
    const why = `libvirt takes XML back only from migrate and restore, not from ${driver}/${operation}`;
    return { error: { name: "NotAllowed", message: `${where}: ${why}` } };
  }
  if (edits === undefined) {
    const message = `${where}: editing the XML is not allowed; add to allow in ${handler}: xml: true`;
    return { error: { name: "NotAllowed", message } };
  }
  if (typeof path !== "string" || (typeof text !== "string" && name !== "remove")) {
    return misuse(`${where}: it takes a path${name === "remove" ? "" : " and a text"}`);
  }
  return edits.edit(name, path, typeof text === "string" ? text : "");
}
