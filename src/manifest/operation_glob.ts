import { matchesGlob } from "../base/glob.ts";
import { suggest } from "../base/suggest.ts";
import {
  currentName,
  DRIVERS,
  isDriver,
  isInGlobs,
  type Operation,
  OPERATIONS,
} from "../protocol/operations.ts";
import type { RuleError } from "./exec_rule.ts";

/** What older libvirt called network operations; `currentName` returns today's name of each. */
const OLD_NAMES = ["plugged", "unplugged"];

/**
 * Whether `driver/operation`, in which `*` and `?` are globs, names the
 * operation of a call. Today's and older libvirt's names mean the same,
 * whichever of them the pattern or the call uses. A very frequent event matches
 * only patterns that name it.
 */
export function matchesOperation(pattern: string, driver: string, operation: string): boolean {
  return namesOf(driver, operation).some((name) =>
    matchesGlob(pattern, `${driver}/${name}`) && (isInGlobs(name) || pattern.endsWith(`/${name}`))
  );
}

/** Every name that one operation has had, today's first. */
export function namesOf(driver: string, operation: string): string[] {
  const now = currentName(driver, operation);
  return [now, ...OLD_NAMES.filter((old) => old !== now && currentName(driver, old) === now)];
}

/** The known operations that a pattern names. */
export function expandOperations(pattern: string): Operation[] {
  return OPERATIONS.filter((o) => matchesOperation(pattern, o.driver, o.name));
}

export function isGlob(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

/**
 * What is wrong with a `driver/operation` pattern, or undefined when it names
 * at least one known operation. The column is 1-based in the pattern.
 */
export function operationGlobError(pattern: string): RuleError | undefined {
  const [driver = "", operation, more] = pattern.split("/");
  if (operation === undefined || more !== undefined) {
    return { error: `"${pattern}" is not a driver and an operation`, column: 1, hint: hintForShape(pattern) };
  }
  if (expandOperations(pattern).length > 0) return undefined;
  if (!isGlob(driver) && !isDriver(driver)) {
    const near = suggest(driver, DRIVERS);
    const hint = near ? `did you mean ${near}/${operation}?` : `libvirt's drivers: ${DRIVERS.join(", ")}`;
    return { error: `unknown driver "${driver}"`, column: 1, hint };
  }
  if (isGlob(pattern)) {
    return { error: `"${pattern}" matches no operation`, column: 1, hint: "docs/operations.md lists them" };
  }
  const known = OPERATIONS.filter((o) => o.driver === driver).map((o) => o.name);
  const near = suggest(operation, known);
  const hint = near ? `did you mean ${driver}/${near}?` : `it has ${known.join(", ")}`;
  return { error: `${driver} has no operation "${operation}"`, column: driver.length + 2, hint };
}

function hintForShape(pattern: string): string {
  const drivers = OPERATIONS.filter((o) => o.name === pattern).map((o) => o.driver);
  if (drivers[0]) return `write ${drivers[0]}/${pattern}`;
  if (isDriver(pattern)) return `write ${pattern}/* for all of its operations`;
  return "write it like qemu/prepare or qemu/*";
}
