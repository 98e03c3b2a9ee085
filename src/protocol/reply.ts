import { oneLine } from "../base/one_line.ts";

/** A hook call's answer. Only this file decides what libvirt reads and sees. */
export interface Reply {
  /** 0, or 1 to make libvirt abort the operation. */
  exitCode: 0 | 1;
  /** New XML for `migrate` and `restore`; empty means unchanged. Nothing else is ever printed there. */
  stdout: string;
  /** One line that libvirt shows to its caller, and only when the exit code is not 0; or nothing. */
  stderr: string;
}

/** Writes the reply to the caller as soon as it is known, because the rest may take long. Returns it. */
export type GiveReply = (reply: Reply) => Reply;

/** The longest reason that is passed on, in UTF-16 code units: libvirt shows all of it in one error. */
const LONGEST_REASON = 1000;

/** The operation continues. */
export function goOn(xml = ""): Reply {
  return { exitCode: 0, stdout: xml, stderr: "" };
}

/** The operation continues, and an admin's call prints what was wrong. */
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
