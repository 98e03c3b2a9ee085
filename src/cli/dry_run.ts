import {
  type Answer,
  type CallContext,
  type Capability,
  misuse,
  notAllowed,
  value,
} from "../capability/capability.ts";
import { readExecRequest, readyCommand } from "../capability/exec_request.ts";
import { withPlace } from "../capability/file_access.ts";
import { list } from "../capability/file.ts";
import type { Json } from "../base/json.ts";
import type { Place } from "../system/file.ts";
import { SystemError } from "../system/system_error.ts";
import { isLiteralPath, parsePathRule } from "../manifest/path_rule.ts";

const SUCCESS: Json = {
  code: 0,
  signal: null,
  stdout: "",
  stderr: "",
  truncated: false,
  timedOut: false,
};
const LONGEST = 200;

/**
 * The powers of a handler without their effects: everything is checked as it
 * would be, commands succeed and say nothing, writes are not done, state is
 * kept in memory for this call. Reads are real.
 *
 * @param done is told, in words, of each thing that was not done
 */
export function dryCapabilities(
  real: ReadonlyMap<string, Capability>,
  handler: string,
  done: (handler: string, what: string) => void,
): ReadonlyMap<string, Capability> {
  const told = (what: string) => done(handler, what);
  const dry: [string, Capability][] = [
    [
      "exec",
      command("exec", ["stdin", "timeout", "env", "runAs", "check"], SUCCESS, (line) => told(`run ${line}`)),
    ],
    [
      "undo",
      command(
        "undo",
        ["timeout", "env", "runAs"],
        null,
        (line) => told(`run ${line} when the guest is gone`),
      ),
    ],
    ["fs.write", change("fs.write", (path, text) => told(`write ${shown(text)} to ${path}`))],
    ["fs.append", change("fs.append", (path, text) => told(`append ${shown(text)} to ${path}`))],
    ["fs.mkdir", change("fs.mkdir", (path) => told(`make the directory ${path}`))],
    ["fs.remove", change("fs.remove", (path) => told(`remove ${path}`), false)],
    ["fs.rename", change("fs.rename", (path, to) => told(`rename ${path} to ${String(to)}`), false)],
    ["fs.chmod", change("fs.chmod", (path, mode) => told(`set the mode of ${path} to ${octal(mode)}`))],
    ["fs.chown", change("fs.chown", (path, owner) => told(`give ${path} to ${shown(owner)}`))],
    ["fs.set", set((path, text) => told(`set ${path} to ${shown(text)} until the guest is gone`))],
    ...stateInMemory(),
    ["lock.take", () => value(1)],
    ["lock.free", () => value(null)],
  ];
  const all = new Map(real);
  for (const [name, capability] of dry) if (real.has(name)) all.set(name, capability);
  return all;
}

function command(call: string, options: string[], answer: Json, tell: (line: string) => void): Capability {
  return (args, context) => {
    const request = readExecRequest(args, options);
    if (typeof request === "string") return misuse(`host.${call}: ${request}`);
    const ready = readyCommand(call, request, context);
    if ("error" in ready) return ready;
    const user = request.runAs === undefined ? "" : ` as ${request.runAs}`;
    tell([request.command, ...request.args].map(word).join(" ") + user);
    return value(answer);
  };
}

function change(
  call: string,
  tell: (path: string, more: Json | undefined) => void,
  follow = true,
): Capability {
  return ([path, more], context) =>
    withPlace(call, "write", path, context, follow, (place) => {
      tell(place.path, more);
      return value(null);
    });
}

function set(tell: (path: string, text: Json | undefined) => void): Capability {
  return ([glob, text], context) => {
    const paths = pathsOf(glob, context);
    if (paths.length === 0) {
      const refusal = context.grant.refuseWrite(String(glob));
      if (refusal !== undefined) return notAllowed(`host.fs.set: ${refusal.message}`, refusal.hint);
      return {
        error: { name: "SystemError", code: "ENOENT", message: `host.fs.set: ${String(glob)} finds no file` },
      };
    }
    const found: Json[] = [];
    for (const path of paths) {
      const answer = withPlace("fs.set", "write", path, context, true, existing);
      if ("error" in answer) return answer;
      found.push(answer.value);
      tell(String(answer.value), text);
    }
    return value(found);
  };
}

function existing(place: Place): Answer {
  if (place.status() === undefined) throw new SystemError(2, place.path);
  return value(place.path);
}

/** The paths that a glob finds, or the one that is meant. */
function pathsOf(glob: Json | undefined, context: CallContext): Json[] {
  const parsed = typeof glob === "string" ? parsePathRule(glob) : undefined;
  if (parsed === undefined || "error" in parsed || isLiteralPath(parsed.rule)) return [glob ?? null];
  const found = list([glob!], context);
  return "value" in found && Array.isArray(found.value) ? found.value : [];
}

/** `state` and `state.host`, empty at first and forgotten at the end. */
function stateInMemory(): [string, Capability][] {
  return ["state.", "state.host."].flatMap((prefix): [string, Capability][] => {
    const kept = new Map<string, Json>();
    const keyed =
      (act: (key: string, given: Json | undefined) => Json): Capability => ([key, given]): Answer =>
        typeof key === "string"
          ? value(act(key, given))
          : misuse(`host.${prefix}*: the key must be a string`);
    return [
      [`${prefix}get`, keyed((key) => kept.get(key) ?? null)],
      [`${prefix}set`, keyed((key, given) => (kept.set(key, given ?? null), null))],
      [`${prefix}delete`, keyed((key) => kept.delete(key))],
      [
        `${prefix}list`,
        ([begin]) => value([...kept.keys()].filter((key) => key.startsWith(String(begin ?? ""))).sort()),
      ],
    ];
  });
}

/** As a shell would want it: for people, and nothing else ever reads it. */
function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function octal(mode: Json | undefined): string {
  return typeof mode === "number" ? mode.toString(8) : shown(mode);
}

function shown(text: Json | undefined): string {
  const json = JSON.stringify(text ?? null);
  return json.length > LONGEST ? `${json.slice(0, LONGEST)}...` : json;
}
