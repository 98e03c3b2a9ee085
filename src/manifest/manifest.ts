import type { Json } from "../base/json.ts";
import type { OnFailure } from "../protocol/operations.ts";

/** A value and its place in the handler's file. Line and column are 1-based, the column in UTF-16 code units. */
export interface Located<T> {
  value: T;
  line: number;
  column: number;
}

/** Conditions on the XML. All given conditions must hold. */
export interface When {
  /** Whether the domain gets at least one device of the host. */
  hostdev?: boolean;
  /** URI of a metadata element that the domain has. */
  metadata?: Located<string>;
  /** A path in the XML that finds something. */
  path?: Located<string>;
}

/** What a handler may do. An empty list grants nothing. */
export interface Allow {
  /** Command lines, each of which `parseExecRule` accepts. */
  exec: Located<string>[];
  /** Command lines that only look: they may run, in a dry run too. */
  look: Located<string>[];
  /** Directories whose executables may be run with libvirt's arguments. */
  scripts: Located<string>[];
  /** Path globs, each of which `parsePathRule` accepts. Writable paths are readable too. */
  read: Located<string>[];
  write: Located<string>[];
  /** Names of users that commands may be run as. */
  runAs: Located<string>[];
  /** Names of variables that the handler may set in a command's environment. */
  env: Located<string>[];
  /** May edit the XML of `migrate` and `restore`. */
  xml: boolean;
  /** May run libvirt's clients; only in mode background, where libvirt does not wait. */
  libvirtClients: boolean;
}

/** A handler's front matter, complete and checked: nothing in it is half-valid. */
export interface Manifest {
  /** Empty when the handler has none. */
  description: string;
  /** `driver/operation`, with globs, as written. Each matches at least one known operation. */
  on: Located<string>[];
  /** Globs on the domain's name, or `uuid:` and a glob on its UUID. Absent: all. */
  guests?: Located<string>[];
  /** Globs on the network's name, or `uuid:` and a glob on its UUID. Absent: all. */
  networks?: Located<string>[];
  when?: When;
  /** This handler's timeout in milliseconds. Absent: the operation's limit. */
  timeoutMs?: number;
  /** Absent: the operation's. `abort` applies only where `Operation.mayAbort` allows it. */
  onFailure?: OnFailure;
  mode: "wait" | "background";
  /** `release`: a guest's state is dropped when the guest ends; `keep`: it stays. */
  state: "release" | "keep";
  allow: Allow;
  /** Values the admin may override in `config.yaml`; the defaults' types are the options' types. */
  options: Record<string, Json>;
}
