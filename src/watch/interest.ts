import type { WatchedEvent } from "./event_queue.ts";
import type { Config } from "../site/config.ts";
import type { LoadedHandler } from "../site/load_handlers.ts";
import { matchManifest } from "../manifest/match.ts";
import { matchesOperation } from "../manifest/operation_glob.ts";
import { timeoutFor } from "../site/settings.ts";
import { findOperation, type Operation, OPERATIONS } from "../protocol/operations.ts";

/**
 * The events that handlers match, and which handlers those are. A handler whose `on` cannot be read matches
 * none.
 */
export function eventsOf(handlers: readonly Pick<LoadedHandler, "on" | "name">[]): Map<Operation, string[]> {
  const found = new Map<Operation, string[]>();
  for (const operation of OPERATIONS.filter(({ event }) => event !== undefined)) {
    const names = handlers.filter(({ on }) =>
      on?.some((glob) => matchesOperation(glob, operation.driver, operation.name))
    ).map(({ name }) => name);
    if (names.length > 0) found.set(operation, names);
  }
  return found;
}

/** The events that the present handlers and `config.yaml` need. */
export class Interest {
  readonly #handlers: readonly LoadedHandler[];
  readonly #config: Config;
  /** By driver, the `virDomainEventID`s to request. */
  readonly numbers = new Map<string, Set<number>>();

  constructor(handlers: readonly LoadedHandler[], config: Config) {
    this.#handlers = handlers;
    this.#config = config;
    for (const { driver, event } of eventsOf(handlers).keys()) {
      const numbers = this.numbers.get(driver) ?? new Set();
      if (event !== undefined) this.numbers.set(driver, numbers.add(event.number));
    }
  }

  /** Whether any handler may match an event, judged without its XML. */
  includes({ driver, operation, domain }: WatchedEvent): boolean {
    // libvirt's lxc driver stops containers with the reason that is a crash of QEMU's: hookvisor knows no
    // such operation.
    if (findOperation(driver, operation)?.event === undefined) return false;
    const call = { driver, operation, name: domain.name, uuid: () => domain.uuid };
    return this.#handlers.some(({ manifest, on }) =>
      manifest === undefined
        ? on?.some((glob) => matchesOperation(glob, driver, operation))
        : matchManifest(manifest, call).matches
    );
  }

  /** How long the handlers of an event may take, in milliseconds. */
  timeoutMs({ driver, operation }: WatchedEvent): number {
    const known = findOperation(driver, operation);
    if (known === undefined) throw new Error(`${driver}/${operation} is no operation`);
    return timeoutFor(this.#config, known);
  }
}
