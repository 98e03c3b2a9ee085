import type { Operation } from "../protocol/operations.ts";

/** Whether what guests hold comes back at this operation, whether there is a handler or not. */
export function playsBack(known: Operation | undefined): boolean {
  if (known === undefined) return false;
  const { driver, name } = known;
  if (driver === "daemon") return name === "start" || name === "shutdown";
  return name === (driver === "network" ? "stopped" : "release");
}

/** Whether a guest that holds something does not come to run when this operation is given up. */
export function leavesNothing({ driver, name }: Operation): boolean {
  return driver === "network" ? name === "start" : ["prepare", "start", "migrate", "restore"].includes(name);
}
