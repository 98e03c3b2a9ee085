import { type Capability, value } from "../capability/capability.ts";
import { lazily } from "../capability/lazy.ts";

const ASYNC = [
  "fs.set",
  "undo",
  ...["get", "set", "delete", "list"].flatMap((name) => [`state.${name}`, `state.host.${name}`]),
  "lock.take",
];

/** The powers that leave something in the journal, or lock: their code is loaded when the first of them is used. */
export function keptLazily(make: () => Promise<ReadonlyMap<string, Capability>>): [string, Capability][] {
  let made: ReadonlyMap<string, Capability> | undefined;
  // Made once: a lock has to be freed by the map that took it.
  let making: Promise<ReadonlyMap<string, Capability>> | undefined;
  const load = async (name: string): Promise<Capability> => {
    making ??= make();
    made = await making;
    const capability = made.get(name);
    if (capability === undefined) throw new Error(`there is no ${name}`);
    return capability;
  };
  return [
    ...ASYNC.map((name): [string, Capability] => [name, lazily(() => load(name))]),
    // Only who has a lock can free one, and by then the code is there.
    ["lock.free", (args, context) => made?.get("lock.free")?.(args, context) ?? value(null)],
  ];
}
