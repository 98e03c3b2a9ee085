import { flag, type Invocation, option } from "./command.ts";
import { CommandError } from "./command_error.ts";
import { type CallToPlay, playCall } from "./play_call.ts";
import { sampleDetails } from "./sample_details.ts";
import { sampleXml } from "./sample_xml.ts";
import { type KeptCall, keptCalls } from "../records/replay_calls.ts";
import { isGlob, operationGlobError } from "../manifest/operation_glob.ts";
import { currentName, findOperation, type Operation } from "../protocol/operations.ts";
import { parseDocument } from "../protocol/xml/parse_document.ts";
import type { XmlElement } from "../protocol/xml/document.ts";
import { readText } from "../system/admin_files.ts";
import { readAllInput } from "../system/stdin_text.ts";

const SAMPLE = "sample";

/** `hookvisor run`. */
export async function run(invocation: Invocation): Promise<number> {
  const operation = wanted(invocation.words[0]!);
  return await playCall(invocation, await callFor(invocation, operation));
}

function wanted(word: string): Operation {
  const wrong = operationGlobError(word);
  if (wrong !== undefined) throw new CommandError(`${wrong.error}${wrong.hint ? `; ${wrong.hint}` : ""}`, 2);
  if (isGlob(word)) {
    throw new CommandError(`${word}: name name name name name name one operation, without a glob`, 2);
  }
  const [driver = "", name = ""] = word.split("/");
  return findOperation(driver, name)!;
}

/** The XML is, in this order: the named file, that of the newest kept call, a sample. */
async function callFor(invocation: Invocation, operation: Operation): Promise<CallToPlay> {
  const { driver, name } = operation;
  const guest = option(invocation, "guest");
  const network = option(invocation, "network");
  const given = driver === "network" ? network : guest;
  const common = {
    driver,
    operation: name,
    subOperation: option(invocation, "sub-operation") ?? operation.subOperation,
    extra: option(invocation, "extra") ?? usualExtra(operation),
  };
  if (driver === "daemon") {
    return {
      ...common,
      object: "-",
      xml: "",
      caller: "libvirtd",
      source: "none: libvirt passes no XML to the daemon's hooks",
    };
  }
  const file = option(invocation, "xml");
  if (file !== undefined) {
    const xml = file === "-" ? readAllInput() : readText(file);
    if (xml === undefined) throw new CommandError(`--xml: ${file}: no such file`, 1);
    const object = given ?? nameIn(xml);
    if (object === undefined) {
      const flag = driver === "network" ? "--network" : "--guest";
      throw new CommandError(`--xml: ${file} contains no name; give it with ${flag}`, 2);
    }
    return { ...common, object, xml, source: file === "-" ? "standard input" : file };
  }
  const kept = flag(invocation, "sample") ? undefined : newest(invocation, operation, given);
  if (kept !== undefined) {
    const { id, time, object, xml, subOperation, extra } = kept;
    return {
      ...common,
      object,
      xml,
      subOperation: option(invocation, "sub-operation") ?? subOperation,
      extra: option(invocation, "extra") ?? extra,
      source: `the call ${id} of ${time}, secrets masked`,
    };
  }
  const object = given ?? (driver === "network" ? "default" : SAMPLE);
  const xml = await sampleXml(driver, name, object, guest ?? SAMPLE);
  return { ...common, object, xml, source: "a small generated sample; --xml FILE uses a real one" };
}

/** libvirt's fourth argument for the daemon's own operations. */
const DAEMON_EXTRA: Readonly<Record<string, string>> = {
  start: "start",
  shutdown: "shutdown",
  reload: "SIGHUP",
};

function usualExtra({ driver, name, event }: Operation): string {
  if (event !== undefined) return JSON.stringify(sampleDetails(name));
  return driver === "daemon" ? DAEMON_EXTRA[name] ?? "-" : "-";
}

function newest(
  { directories }: Invocation,
  { driver, name }: Operation,
  object: string | undefined,
): KeptCall | undefined {
  for (const call of keptCalls(directories.log)) {
    if (call.driver !== driver || currentName(driver, call.operation) !== name) continue;
    if (object === undefined || call.object === object) return call;
  }
  return undefined;
}

/** The domain's or network's name in the XML that libvirt would write. */
function nameIn(xml: string): string | undefined {
  const { document } = parseDocument(new TextEncoder().encode(xml), { source: "--xml" });
  if (document === undefined) return undefined;
  const { root } = document;
  const subject = root.localName === "hookData" ? child(root, "network") : root;
  return child(subject, "name")?.textContent.trim() || undefined;
}

function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  for (const one of element?.children() ?? []) if (one.name === name) return one;
  return undefined;
}
