import { programFault } from "../site/program_trust.ts";
import { isLibvirtClient } from "../site/deny.ts";
import { fileStatus } from "../system/file.ts";
import { startOfFile } from "../system/file_part.ts";
import { readText } from "../system/read_text.ts";
import { missingInterpreter } from "../system/start_error.ts";
import { SystemError } from "../system/system_error.ts";

const LARGEST = 1024 * 1024;
const BEGINNING = 256;

/** A fault of a hook script. */
export interface ScriptFault {
  /** The fault, as a sentence whose subject is the script: `is empty`. */
  what: string;
  remedy: string;
  /** libvirt cannot run it, or root should not: adopt does not take it over unchanged. */
  isFatal: boolean;
  /** libvirt does not run it at all. */
  isIdle?: true;
}

/** All faults of a script in a hooks directory, the worst first. A compiled program has no text to examine. */
export function scriptFaults(path: string): ScriptFault[] {
  if (((fileStatus(path)?.mode ?? 0) & 0o111) === 0) {
    const what = "is not executable, so libvirt does not run it";
    return [{ what, remedy: `chmod 755 ${path}, or move it away`, isFatal: true, isIdle: true }];
  }
  const text = readText(path, LARGEST);
  // Of a file too large for a script the beginning shows what it is.
  const beginning = text ?? startOfFile(path, BEGINNING);
  return [
    ...(beginning === undefined ? [] : formFaults(beginning)),
    ...interpreterFaults(path),
    ...trustFaults(path),
    ...(text?.startsWith("#!") ? textFaults(text) : []),
  ];
}

function formFaults(text: string): ScriptFault[] {
  if (text.trim() === "") {
    return [{ what: "is empty: libvirt's call of it fails", remedy: "remove it", isFatal: true }];
  }
  if (text.startsWith("#!") || text.startsWith("\x7fELF")) return [];
  const what = "does not begin with #!, so libvirt cannot run it, and what it was called for fails";
  return [{ what, remedy: "put #!/bin/sh, or what it is written for, in its first line", isFatal: true }];
}

function interpreterFaults(path: string): ScriptFault[] {
  const missing = missingInterpreter(path);
  if (missing === undefined) return [];
  const what = `is a script for ${missing.name}, which does not exist, so libvirt cannot run it`;
  const remedy = missing.remedy ?? "install it, or name another in the first line";
  return [{ what, remedy, isFatal: true }];
}

function trustFaults(path: string): ScriptFault[] {
  try {
    const fault = programFault(path);
    if (fault === undefined) return [];
    const { what, remedy = `chown root ${path}; chmod go-w ${path}` } = fault;
    return [{ what: `should not be run by root: ${what}`, remedy, isFatal: true }];
  } catch (error) {
    if (error instanceof SystemError) return [];
    throw error;
  }
}

/** Unbounded loops that a guest's start waits for. */
const ENDLESS =
  /^\s*(?:while|until)\s+(?:true|:|\[\[? 1 \]?\]|sleep\b|!?\s*(?:virsh|ping|nc|curl|lsof|fuser|mountpoint|pgrep|grep|test|\[))/;

function textFaults(text: string): ScriptFault[] {
  const faults: ScriptFault[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    if (/^\s*(?:#|\/\/)/.test(line)) continue;
    const client = line.split(/[^\w./-]+/).find((word) => word !== "" && isLibvirtClient(word));
    if (client !== undefined) {
      const name = client.slice(client.lastIndexOf("/") + 1);
      faults.push({
        what: `calls ${name} in line ${i + 1}: libvirt waits for this script, so the two can deadlock`,
        remedy:
          "read what it needs from the XML on standard input, or convert it to a handler: hookvisor new",
        isFatal: false,
      });
    } else if (ENDLESS.test(line) || /\bsleep\s+infinity\b/.test(line)) {
      faults.push({
        what: `waits without end in line ${i + 1}: ${line.trim().slice(0, 60)}`,
        remedy: "bound the loop; as a handler's script it ends at the handler's deadline",
        isFatal: false,
      });
    }
  }
  // One of a kind: a script that calls virsh calls it often.
  return faults.filter(({ what }, i) =>
    faults.findIndex((one) => one.what.slice(0, 10) === what.slice(0, 10)) === i
  );
}
