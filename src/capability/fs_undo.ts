import { type Answer, type CallContext, type Capability, misuse, value } from "./capability.ts";
import { denied } from "./file_access.ts";
import { holderOf, withJournal } from "./with_journal.ts";
import { shown } from "./shown.ts";
import { textArgument } from "./text_argument.ts";
import type { Json } from "../base/json.ts";
import { normalisePath } from "../manifest/path_rule.ts";
import { isKernelFile } from "../system/kernel_file.ts";
import { holdForUndo } from "../undo/hold_for_undo.ts";

const LONGEST = 64 * 1024;

/**
 * `host.fs.undo(path, text, {gone})`: registers a text to write to a kernel
 * file when the guest is gone, where that is not the old value: `bind` after
 * `unbind`. The file need not exist yet.
 */
export const fsUndo: Capability = {
  name: "fs.undo",
  within: "write",
  usesJournal: true,
  run: (args, context) =>
    withJournal("fs.undo", context, (journal) =>
      checked(args, context, (write, text, gone) => {
        const kept = { write, text, ...(gone.length === 0 ? {} : { gone }) };
        holdForUndo(journal, holderOf(context), kept, context.deadline);
      })),
  dryRun: (args, context, tell) =>
    checked(args, context, (path, text) => tell(`write ${shown(text)} to ${path} when the guest is gone`)),
};

function checked(
  [path, given, options]: readonly Json[],
  { grant }: CallContext,
  act: (path: string, text: string, gone: string[]) => void,
): Answer {
  if (typeof path !== "string") return misuse("host.fs.undo: the first argument must be a path");
  const normal = normalisePath(path);
  if ("error" in normal) {
    return misuse(`host.fs.undo: ${JSON.stringify(path.slice(0, 300))}: ${normal.error}`);
  }
  if (!isKernelFile(normal.path)) {
    return misuse(
      `host.fs.undo: ${normal.path} is not below /sys or /proc; use fs.set to restore an ordinary file`,
    );
  }
  const text = textArgument("fs.undo", given);
  if ("error" in text) return text;
  if (text.bytes.length > LONGEST) return misuse("host.fs.undo: the text is larger than 64 KiB");
  const gone = goneOf(options);
  if (gone === undefined) {
    return misuse(
      `host.fs.undo: the third argument must be {gone: […]}, with names of errors such as "ENODEV"`,
    );
  }
  const refusal = grant.refuseWrite(normal.path);
  if (refusal !== undefined) return denied("fs.undo", refusal);
  act(normal.path, text.text, gone);
  return value(null);
}

function goneOf(options: Json | undefined): string[] | undefined {
  if (options === undefined || options === null) return [];
  if (typeof options !== "object" || Array.isArray(options)) return undefined;
  const { gone = [], ...more } = options;
  if (Object.keys(more).length > 0 || !Array.isArray(gone)) return undefined;
  const names = gone.filter((name): name is string => typeof name === "string" && /^E[A-Z0-9]+$/.test(name));
  return names.length === gone.length ? names : undefined;
}
