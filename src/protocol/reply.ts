import { oneLine } from "../base/one_line.ts";

/** What a hook call answers. The only place that decides what libvirt reads and sees. */
export interface Reply {
  /** 0, or 1 to make libvirt give the operation up. */
  exitCode: 0 | 1;
  /** New XML for `migrate` and `restore`; empty means unchanged. Nothing else is ever printed there. */
  stdout: string;
  /** One line that libvirt shows to its caller, and only when the exit code is not 0; or nothing. */
  stderr: string;
}

/** Gives the reply to whoever called, as soon as it is known: what comes after may take its time. Gives it back. */
export type GiveReply = (reply: Reply) => Reply;

/** Longest reason that is passed on, in UTF-16 code units: libvirt shows all of it in one error. */
const LONGEST_REASON = 1000;

/** The operation goes on. */
export function goOn(xml = ""): Reply {
  return { exitCode: 0, stdout: xml, stderr: "" };
}

/** The operation goes on, and an admin's call prints what was wrong. */
export function goOnWith(message: string): Reply {
  return { exitCode: 0, stdout: "", stderr: line(message) };
}

/** The operation is aborted, and its caller gets the reason. */
export function abort(message: string): Reply {
  return { exitCode: 1, stdout: "", stderr: line(message) };
}

function line(message: string): string {
  const text = oneLine(message);
  return `hookvisor: ${text.length > LONGEST_REASON ? `${text.slice(0, LONGEST_REASON)}…` : text}\n`;
}
