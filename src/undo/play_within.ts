import type { PlaybackSetting } from "./play_back.ts";
import { runUndoCommand } from "./run_undo_command.ts";
import { runUndoWrite } from "./run_undo_write.ts";
import type { Policy } from "../site/config.ts";

/** How held commands and texts are undone, within what the site's policy allows now. */
export function playWithin(policy: Policy): PlaybackSetting["play"] {
  return (what, waiting) =>
    "command" in what ? runUndoCommand(what, policy, waiting) : runUndoWrite(what, policy, waiting);
}
