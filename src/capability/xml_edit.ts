import { type Answer, type CallContext, type Capability, misuse, notAllowed } from "./capability.ts";
import { formatIssue } from "../base/issue.ts";
import type { Json } from "../base/json.ts";
import { HookDataError } from "../protocol/hook_data_error.ts";
import { type EditResult, XmlEditor } from "../protocol/xml/editor.ts";

type Edit = (editor: XmlEditor, path: string, text: string) => EditResult;

/**
 * `host.xml.*`: edits of the XML that libvirt gets back from `migrate` and
 * `restore`: a path, and for all but `remove` a value or XML. Each returns how
 * many places changed. Edits count only when the handler succeeds, and a dry
 * run returns nothing to libvirt, so it makes them too.
 */
export const xmlEdits: readonly Capability[] = [
  edit("set", (editor, path, text) => editor.set(path, text)),
  edit("remove", (editor, path) => editor.remove(path)),
  edit("append", (editor, path, xml) => editor.append(path, xml)),
  edit("insertBefore", (editor, path, xml) => editor.insertBefore(path, xml)),
  edit("insertAfter", (editor, path, xml) => editor.insertAfter(path, xml)),
  edit("replace", (editor, path, xml) => editor.replace(path, xml)),
];

function edit(act: string, make: Edit): Capability {
  const name = `xml.${act}`;
  const takesText = act !== "remove";
  return {
    name,
    within: "xml",
    looksOnly: true,
    isSync: true,
    run([path, text], context) {
      const refusal = refuse(name, context);
      if (refusal !== undefined) return refusal;
      if (typeof path !== "string" || (typeof text !== "string" && takesText)) {
        return misuse(`host.${name}: the arguments must be a path${takesText ? " and a text" : ""}`);
      }
      const editor = editorOf(context);
      if ("error" in editor) return editor;
      const { issue, count } = make(editor, path, typeof text === "string" ? text : "");
      if (issue !== undefined) return xmlError(name, formatIssue(issue));
      if (count === 0 && takesText) {
        const shown = JSON.stringify(path);
        return xmlError(name, `${shown} matches nothing in this document, so nothing would change`);
      }
      // From then on the handler reads its own edits.
      context.handler.data.preview = editor.document;
      return { value: count as Json };
    },
  };
}

function refuse(name: string, { grant, handler: { event } }: CallContext): Answer | undefined {
  const { driver, operation, known } = event;
  if (known?.returnsXml !== true) {
    const why = `libvirt takes XML back only from migrate and restore, not from ${driver}/${operation}`;
    return { error: { name: "NotAllowed", message: `host.${name}: ${why}` } };
  }
  const refusal = grant.refuseEdit();
  return refusal && notAllowed(`host.${name}: ${refusal.message}`, refusal.hint);
}

function editorOf({ handler }: CallContext): XmlEditor | { error: { name: string; message: string } } {
  try {
    return handler.editor ??= new XmlEditor(handler.data.current);
  } catch (error) {
    if (error instanceof HookDataError) return { error: { name: "HookDataError", message: error.message } };
    throw error;
  }
}

function xmlError(name: string, message: string): Answer {
  return { error: { name: "XmlError", message: `host.${name}: ${message}` } };
}
