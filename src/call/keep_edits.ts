import { formatIssue } from "../base/issue.ts";
import type { HookData } from "../protocol/hook_data.ts";
import { checkEdited } from "../protocol/xml/check_edited.ts";
import { diff } from "../protocol/xml/diff.ts";
import type { XmlEditor } from "../protocol/xml/editor.ts";
import { maskSecrets } from "../records/mask_secrets.ts";

/** Longest text that shows what changed, in characters. */
const LONGEST_DIFF = 20_000;

/**
 * Adopts a handler's edits for the call: the next handler and libvirt see them. They
 * count only when the handler succeeds: the edits of a failed handler are dropped.
 *
 * @returns what changed, as `diff -u` shows it, or why the XML must not go to libvirt
 */
export function keepEdits(editor: XmlEditor, data: HookData): { changed: string } | { error: string } {
  const { document, issue } = checkEdited(editor.document.text, data.document);
  if (issue !== undefined) return { error: `it broke the XML: ${formatIssue(issue)}` };
  const [before, after] = [maskSecrets(editor.original.text), maskSecrets(document.text)];
  const changed = before === after
    ? "only a secret was changed\n"
    : diff(before, after, { maxLength: LONGEST_DIFF });
  data.current = document;
  return { changed };
}
