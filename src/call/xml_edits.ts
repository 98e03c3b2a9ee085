import type { Edits } from "./xml_edit_calls.ts";
import type { Answer } from "../capability/capability.ts";
import { formatIssue } from "../base/issue.ts";
import { maskSecrets } from "../records/mask_secrets.ts";
import { type HookData, HookDataError } from "../protocol/hook_data.ts";
import { checkEdited } from "../protocol/xml/check_edited.ts";
import { diff } from "../protocol/xml/diff.ts";
import { type EditResult, XmlEditor } from "../protocol/xml/editor.ts";

/** `host.xml`'s calls, EDIT_CALLS of xml_edit_calls.ts. */
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
export class XmlEdits implements Edits {
  readonly #data: HookData;
  #editor: XmlEditor | undefined;

  constructor(data: HookData) {
    this.#data = data;
  }

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

  edit(name: string, path: string, text: string): Answer {
    const where = `host.xml.${name}`;
    try {
      this.#editor ??= new XmlEditor(this.#data.current);
    } catch (error) {
      if (error instanceof HookDataError) return { error: { name: "HookDataError", message: error.message } };
      throw error;
    }
    const result = EDITS[name]!(this.#editor, path, text);
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
