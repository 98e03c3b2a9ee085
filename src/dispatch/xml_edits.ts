import { type Answer, type Capability, misuse } from "../capability/capability.ts";
import { formatIssue } from "../base/issue.ts";
import type { Json } from "../base/json.ts";
import { maskSecrets } from "../journal/mask_secrets.ts";
import type { HookEvent } from "../protocol/event.ts";
import { type HookData, HookDataError } from "../protocol/hook_data.ts";
import { checkEdited } from "../protocol/xml/check_edited.ts";
import { diff } from "../protocol/xml/diff.ts";
import { type EditResult, XmlEditor } from "../protocol/xml/editor.ts";

/** `host.xml`'s calls: a path, and a value or XML. */
const EDITS: Readonly<Record<string, (editor: XmlEditor, path: string, text: string) => EditResult>> = {
  set: (editor, path, value) => editor.set(path, value),
  remove: (editor, path) => editor.remove(path),
  append: (editor, path, xml) => editor.append(path, xml),
  insertBefore: (editor, path, xml) => editor.insertBefore(path, xml),
  insertAfter: (editor, path, xml) => editor.insertAfter(path, xml),
  replace: (editor, path, xml) => editor.replace(path, xml),
};

/**
 * One handler's edits of the XML that libvirt gets back. They count only when
 * the handler succeeds: what a failed one did is dropped with it.
 */
export class XmlEdits {
  readonly #data: HookData;
  readonly #event: HookEvent;
  readonly #handler: string;
  readonly #allowed: boolean;
  #editor: XmlEditor | undefined;

  /** @param allowed whether the handler's manifest has `allow: {xml: true}` */
  constructor(data: HookData, event: HookEvent, handler: string, allowed: boolean) {
    this.#data = data;
    this.#event = event;
    this.#handler = handler;
    this.#allowed = allowed;
  }

  /** `host.xml.set` and the rest, by their names in the bridge. */
  get capabilities(): [name: string, capability: Capability][] {
    return Object.keys(EDITS).map((name) => [`xml.${name}`, (args) => this.#edit(name, args)]);
  }

  /**
   * Makes the edits those of the call, for the next handler and for libvirt.
   *
   * @returns what changed, as `diff -u` shows it, or undefined when nothing
   * did, or why the XML must not go to libvirt
   */
  keep(): { changed: string | undefined } | { error: string } {
    const editor = this.#editor;
    if (editor === undefined || !editor.changed) return { changed: undefined };
    const { document, issue } = checkEdited(editor.document.text, this.#data.document);
    if (issue !== undefined) return { error: `it broke the XML: ${formatIssue(issue)}` };
    const [before, after] = [maskSecrets(editor.original.text), maskSecrets(document.text)];
    const changed = before === after
      ? "only a secret was changed\n"
      : diff(before, after, { maxLength: 20_000 });
    this.#data.current = document;
    return { changed };
  }

  #edit(name: string, args: readonly Json[]): Answer {
    const { driver, operation, known } = this.#event;
    const where = `host.xml.${name}`;
    if (known?.returnsXml !== true) {
      const why = `libvirt takes XML back only from migrate and restore, not from ${driver}/${operation}`;
      return { error: { name: "NotAllowed", message: `${where}: ${why}` } };
    }
    if (!this.#allowed) {
      const message = `${where}: editing the XML is not allowed; add to allow in ${this.#handler}: xml: true`;
      return { error: { name: "NotAllowed", message } };
    }
    const [path, text] = args;
    if (typeof path !== "string" || (typeof text !== "string" && name !== "remove")) {
      return misuse(`${where}: it takes a path${name === "remove" ? "" : " and a text"}`);
    }
    try {
      this.#editor ??= new XmlEditor(this.#data.current);
    } catch (error) {
      if (error instanceof HookDataError) return { error: { name: "HookDataError", message: error.message } };
      throw error;
    }
    const result = EDITS[name]!(this.#editor, path, typeof text === "string" ? text : "");
    if (result.issue !== undefined) {
      return { error: { name: "XmlError", message: `${where}: ${formatIssue(result.issue)}` } };
    }
    if (result.count === 0 && name !== "remove") {
      const message = `${where}: ${
        JSON.stringify(path)
      } leads to nothing in this document, so nothing would change`;
      return { error: { name: "XmlError", message } };
    }
    // What the handler reads next is what it has made so far.
    this.#data.preview = this.#editor.document;
    return { value: result.count };
  }
}
