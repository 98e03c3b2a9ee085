import { matchesGlob } from "../base/glob.ts";
import type { Located, Manifest } from "./manifest.ts";
import { matchesOperation } from "./operation_glob.ts";

/**
 * What a handler's filters examine in one hook call. Values that require reading XML are fetched only when a
 * filter needs them.
 */
export interface MatchCall {
  driver: string;
  operation: string;
  /** The domain's or network's name: the hook's first argument. */
  name: string;
  /** The domain's or network's UUID; undefined where the XML has none. */
  uuid?: () => string | undefined;
  /** In calls about a network's port: the guest it belongs to; undefined where the XML names none. */
  owner?: () => { name?: string; uuid?: string } | undefined;
}

export type Match = { matches: true } | {
  matches: false;
  /** A sentence without a full stop: which key of the manifest excludes this call. */
  why: string;
};

/**
 * Whether a handler matches this call by `on`, `guests` and `networks`; `when`
 * is not considered. A filter counts only for its own subject: `guests` for
 * calls about a domain or a network's port, `networks` for calls about a
 * network; neither for the daemon's.
 */
export function matchManifest(manifest: Manifest, call: MatchCall): Match {
  const { driver, operation, name } = call;
  if (!manifest.on.some(({ value }) => matchesOperation(value, driver, operation))) {
    return { matches: false, why: `on does not name ${driver}/${operation}` };
  }
  if (driver === "daemon") return { matches: true };
  if (driver !== "network") return filter("guests", manifest.guests, name, call.uuid);

  const byNetwork = filter("networks", manifest.networks, name, call.uuid);
  if (!byNetwork.matches || !manifest.guests || !isAboutPort(operation)) return byNetwork;
  const owner = call.owner?.();
  if (!owner) return { matches: false, why: "guests is set, but the port's owner is unknown" };
  return filter("guests", manifest.guests, owner.name, () => owner.uuid);
}

function filter(
  key: "guests" | "networks",
  globs: readonly Located<string>[] | undefined,
  name: string | undefined,
  uuid: (() => string | undefined) | undefined,
): Match {
  if (!globs) return { matches: true };
  // Names first: a UUID requires reading the XML.
  const [uuids, names] = [true, false].map((is) =>
    globs.filter(({ value }) => value.startsWith(UUID) === is)
  );
  if ([...names!, ...uuids!].some(({ value }) => matchesGuest(value, name, uuid))) return { matches: true };
  const what = name === undefined ? "a guest without a name" : JSON.stringify(name);
  return { matches: false, why: `${key} does not match ${what}` };
}

/**
 * Whether a glob on a name, or `uuid:` and one on a UUID, means this guest or network. The UUID is fetched
 * only when it matters.
 */
export function matchesGuest(
  glob: string,
  name: string | undefined,
  uuid: (() => string | undefined) | undefined,
): boolean {
  if (!glob.startsWith(UUID)) return name !== undefined && matchesGlob(glob, name);
  const known = uuid?.()?.toLowerCase();
  return known !== undefined && matchesGlob(glob.slice(UUID.length).toLowerCase(), known);
}

/**
 * The guest that a call is about, if any: the domain, or the port's owner.
 */
export function guestOfCall({ driver, operation, name, uuid, owner }: MatchCall): CallGuest | undefined {
  if (driver === "daemon") return undefined;
  if (driver !== "network") return { name, ...(uuid && { uuid }) };
  const found = isAboutPort(operation) ? owner?.() : undefined;
  return found && { ...(found.name !== undefined && { name: found.name }), uuid: () => found.uuid };
}

/** A guest, as far as a call identifies it. */
export interface CallGuest {
  name?: string;
  uuid?: () => string | undefined;
}

const UUID = "uuid:";

/** Today's names and those of older libvirt. */
function isAboutPort(operation: string): boolean {
  return operation.startsWith("port-") || operation.endsWith("plugged");
}
