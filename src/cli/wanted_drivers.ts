import { flag, type Invocation, option } from "./command.ts";
import { CommandError } from "./command_error.ts";
import { loadWholeSite } from "./whole_site.ts";
import { expandOperations } from "../manifest/operation_glob.ts";
import { type Driver, DRIVERS, isDriver } from "../protocol/operations.ts";

/**
 * The drivers named on the command line, or those that handlers match, and `daemon`, whose start undoes what
 * was left behind.
 */
export async function driversOf(invocation: Invocation): Promise<Driver[]> {
  const named = option(invocation, "driver");
  if (flag(invocation, "all")) return [...DRIVERS];
  if (named !== undefined) {
    const words = named.split(",").filter((word) => word !== "");
    const wrong = words.find((word) => !isDriver(word));
    if (wrong !== undefined) {
      throw new CommandError(`--driver: ${JSON.stringify(wrong)} is none of ${DRIVERS.join(", ")}`, 2);
    }
    return DRIVERS.filter((driver) => words.includes(driver));
  }
  const { handlers, config } = await loadWholeSite(invocation.directories);
  const used = new Set(
    handlers.flatMap(({ manifest, mayMatch }) =>
      manifest === undefined
        ? DRIVERS.filter((driver) => expandOperations(`${driver}/*`).some((o) => mayMatch(o.driver, o.name)))
        : manifest.on.flatMap(({ value }) => expandOperations(value).map((o) => o.driver))
    ),
  );
  if (used.size === 0 && config.record.keep === 0) {
    const where = `${invocation.directories.config}/handlers`;
    throw new CommandError(
      `no handler in ${where}, so libvirt has nothing to call; --driver or --all creates links anyway`,
    );
  }
  return used.size === 0 ? [...DRIVERS] : DRIVERS.filter((driver) => driver === "daemon" || used.has(driver));
}
