import type { Json } from "../base/json.ts";
import type { OnFailure } from "../protocol/operations.ts";
import type { ExecRule } from "../manifest/exec_rule.ts";
import type { PathRule } from "../manifest/path_rule.ts";

/** A value for the operations that a `driver/operation` glob names. */
export interface Setting<T> {
  on: string;
  value: T;
}

/** One option of one handler, and where `config.yaml` sets it. */
export interface OptionSetting {
  key: string;
  value: Json;
  file: string;
  line: number;
  column: number;
}

/** Options for the guests that a glob names, by handler. */
export interface GuestOptions {
  /** On the name, or `uuid:` and one on the UUID. */
  guests: string;
  options: Record<string, OptionSetting[]>;
}

/** What no handler may exceed, whatever its manifest says. */
export interface Policy {
  deny: { exec: ExecRule[]; read: PathRule[]; write: PathRule[] };
  /** Who may run `virsh` and other clients of libvirt: no handler, background handlers whose manifests ask, or all. */
  libvirtClients: "deny" | "background" | "allow";
  /** `trusted`: root runs only programs that no other user could have written. */
  programs: "trusted" | "any";
  /** In milliseconds; absent: no limit but the operation's. */
  maxTimeoutMs?: number;
  /** `required`: a handler runs only as it was approved. */
  approval: "required" | "none";
}

/** `config.yaml`, complete: keys that it omits have their defaults. */
export interface Config {
  /** How long a hook call may take, in milliseconds, in the file's order. */
  timeouts: Setting<number>[];
  onFailure: Setting<OnFailure>[];
  /** By handler, which is the file's name without `.js`. */
  options: Record<string, OptionSetting[]>;
  /** For some guests, on top of those, in the file's order. */
  guests: GuestOptions[];
  policy: Policy;
  background: { timeoutMs: number };
  /** How many hook calls are kept for `replay`; 0: none. */
  record: { keep: number };
  /** Whether hook calls may start from a checkpoint of this program. */
  checkpoint: boolean;
  /** The log of events: the size at which a new file begins, and how many old ones are kept. */
  log: { maxSizeBytes: number; keep: number };
}
