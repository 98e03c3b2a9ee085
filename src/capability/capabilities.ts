import type { Capability } from "./capability.ts";
import { fetchedFields } from "./fetched_fields.ts";
import { exec } from "./exec.ts";
import { execPlayed } from "./exec_played.ts";
import { fail } from "./fail.ts";
import { fsAppend } from "./fs_append.ts";
import { fsChmod } from "./fs_chmod.ts";
import { fsChown } from "./fs_chown.ts";
import { fsExists } from "./fs_exists.ts";
import { fsList } from "./fs_list.ts";
import { fsMkdir } from "./fs_mkdir.ts";
import { fsRead } from "./fs_read.ts";
import { fsReadlink } from "./fs_readlink.ts";
import { fsRemove } from "./fs_remove.ts";
import { fsRename } from "./fs_rename.ts";
import { fsSet } from "./fs_set.ts";
import { fsStat } from "./fs_stat.ts";
import { fsUndo } from "./fs_undo.ts";
import { fsWrite } from "./fs_write.ts";
import { lockFree, lockTake } from "./lock.ts";
import { log } from "./log.ts";
import { scriptsList } from "./scripts_list.ts";
import { scriptsRun } from "./scripts_run.ts";
import { sleep } from "./sleep.ts";
import { state } from "./state.ts";
import { undo } from "./undo.ts";
import { xmlEdits } from "./xml_edit.ts";
import { xmlFind } from "./xml_find.ts";
import { xmlMetadata } from "./xml_metadata.ts";

/**
 * Everything that a handler can ask of the host, by name: the only such list.
 * The prelude's `host`, the dry run, the record and `check` use it; a test
 * compares handler.d.ts and docs/handlers.md with it.
 *
 * The prelude implements the rest alone: `host.waitFor`, `host.options`.
 */
export const CAPABILITIES: ReadonlyMap<string, Capability> = new Map(
  [
    exec,
    execPlayed,
    scriptsList,
    scriptsRun,
    undo,
    fsRead,
    fsList,
    fsExists,
    fsStat,
    fsReadlink,
    fsWrite,
    fsAppend,
    fsMkdir,
    fsRemove,
    fsRename,
    fsChmod,
    fsChown,
    fsSet,
    fsUndo,
    ...state,
    lockTake,
    lockFree,
    sleep,
    log,
    fail,
    ...xmlEdits,
    ...fetchedFields,
    xmlFind,
    xmlMetadata,
  ].map((capability) => [capability.name, capability]),
);
