import type { Finding } from "./finding.ts";
import { outsideMessage } from "../../system/outside_error.ts";
import { userId } from "../../system/self.ts";
import { SystemError } from "../../system/system_error.ts";

const ROOT = 0;

/** What an examination found; if the system does not let it look, that is what it found. */
export async function examined(
  check: string,
  examine: () => Finding[] | Promise<Finding[]>,
): Promise<Finding[]> {
  try {
    return await examine();
  } catch (error) {
    const said = error instanceof SystemError ? error.message : outsideMessage(error);
    if (said === undefined) throw error;
    const seen = `could not be examined: ${said}`;
    if (userId() !== ROOT) return [{ check, level: "note", seen }];
    return [{ check, level: "fail", seen, remedy: "repair what it names, and run hookvisor doctor again" }];
  }
}
