import type { Json } from "../base/json.ts";
import { currentName, type Driver, EVENT, findOperation, isDriver, type Operation } from "./operations.ts";

/** One hook call as libvirt made it: `<driver> <object> <operation> <sub-operation> <extra>`. Complete and checked. */
export interface HookEvent {
  driver: Driver;
  /** The domain's or network's name, or `-` for the daemon. Any text: owners choose the names of guests. */
  object: string;
  /** Today's name of the operation (`port-created`, whichever word this libvirt used). */
  operation: string;
  /** libvirt's own word, where it differs: `plugged`. */
  calledOperation: string;
  subOperation: string;
  extra: string;
  /** The known properties of the operation; undefined for one that only a newer libvirt may have. */
  known: Operation | undefined;
  /** What `hookvisor watch` reports of an event (src/watch/); absent for libvirt's own calls. */
  details?: Readonly<Record<string, Json>>;
}

/** Arguments that are not a hook call. */
export interface EventError {
  message: string;
  /** The operation, if it can be identified: its verdict applies. */
  known: Operation | undefined;
}

/** What replaces the bytes of an argument that was not UTF-8 (see build/elf/entry_code.ts): no libvirt name can hold it. */
const NOT_UTF8 = "\u001a";

/** Reads the arguments after `argv[0]`: object, operation, sub-operation, extra. */
export function parseEvent(
  driver: string,
  args: readonly string[],
): { event: HookEvent } | { error: EventError } {
  const [object, operation, subOperation, extra] = args;
  const known = operation === undefined ? undefined : knownCall(driver, operation, subOperation);
  const wrong = (message: string) => ({ error: { message, known } });
  if (!isDriver(driver)) return wrong(`unknown driver ${JSON.stringify(driver)}`);
  if (
    object === undefined || operation === undefined || subOperation === undefined || extra === undefined ||
    args.length > 4
  ) {
    return wrong(
      `wrong number of arguments: got ${args.length}, libvirt gives 4 (object, operation, sub-operation, extra)`,
    );
  }
  const names = ["object", "operation", "sub-operation", "extra argument"];
  for (const [i, arg] of args.entries()) {
    if (arg.includes(NOT_UTF8)) return wrong(`the ${names[i]} is not UTF-8`);
    if (arg === "") return wrong(`the ${names[i]} is empty`);
  }
  const details = subOperation === EVENT ? detailsOf(extra) : undefined;
  if (subOperation === EVENT && details === undefined) {
    return wrong("the extra argument of an event must be an object in JSON");
  }
  return {
    event: {
      driver,
      object,
      operation: currentName(driver, operation),
      calledOperation: operation,
      subOperation,
      extra,
      known,
      ...(details && { details }),
    },
  };
}

/**
 * A hook of that name is not the event of that name: a newer libvirt may have such a hook with another
 * meaning.
 */
function knownCall(
  driver: string,
  operation: string,
  subOperation: string | undefined,
): Operation | undefined {
  const known = findOperation(driver, operation);
  return known !== undefined && (known.event !== undefined) === (subOperation === EVENT) ? known : undefined;
}

function detailsOf(extra: string): HookEvent["details"] {
  try {
    const details: unknown = JSON.parse(extra);
    return typeof details === "object" && details !== null && !Array.isArray(details)
      ? details as Record<string, Json>
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The shutoff reason that `release` has as its extra argument since libvirt 10.x (`from snapshot` holds a space), or undefined. */
export function shutoffReason(event: HookEvent): string | undefined {
  return event.operation === "release" && event.extra !== "-" ? event.extra : undefined;
}
