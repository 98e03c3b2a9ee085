import type { Issue } from "../base/issue.ts";
import { listDirectory } from "../system/file.ts";
import { SystemError } from "../system/system_error.ts";

/** A warning for each file among the handlers that does not run although it looks as if it should. */
export function ignoredFileWarnings(directory: string): Issue[] {
  return namesIn(directory).sort().flatMap((name) => {
    const why = whyIgnored(name);
    if (why === undefined) return [];
    const file = `${directory}/${name}`;
    const message = `this file is not run: ${why}`;
    const hint =
      "a handler is JavaScript, two digits, -, a name and .js: 20-vfio.js; end in .off what is switched off";
    return [{ severity: "warning" as const, file, line: 0, column: 0, message, hint }];
  });
}

/**
 * Undefined for handlers, and for files that are meant not to run: `.off`, the types for editors, hidden
 * files.
 */
function whyIgnored(name: string): string | undefined {
  if (name.startsWith(".") || name.endsWith(".js") || name.endsWith(".off") || name === "handler.d.ts") {
    return undefined;
  }
  if (/\.(?:sh|bash|py|pl|rb|ts|mjs|cjs)$/.test(name)) return "it is no handler in JavaScript (.js)";
  if (/\.js[.~-]/.test(`${name}`) || name.endsWith("~")) {
    return "its name does not end in .js, as that of a backup";
  }
  return "its name does not end in .js";
}

function namesIn(directory: string): string[] {
  try {
    return listDirectory(directory) ?? [];
  } catch (error) {
    if (error instanceof SystemError) return [];
    throw error;
  }
}
