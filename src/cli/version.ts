import { jsonText } from "../base/json_text.ts";
import { flag, type Invocation } from "./command.ts";
import { CHECKPOINTS } from "../checkpoint/enabled.ts";
import { print, versions } from "../system/self.ts";

declare const __HOOKVISOR_VERSION__: string | undefined;
declare const __BUILD_DATE__: string | undefined;

/** Of the engine in @jitl/quickjs-ng-wasmfile-release-sync, as its README says. */
const QUICKJS_NG = "0.12.1";

/** hookvisor's version and the date of its sources, which only a built program knows. */
export function programVersion(): { version: string; date?: string } {
  const version = typeof __HOOKVISOR_VERSION__ === "string" ? __HOOKVISOR_VERSION__ : "from source";
  return typeof __BUILD_DATE__ === "string" ? { version, date: __BUILD_DATE__.slice(0, 10) } : { version };
}

/** `hookvisor version`. */
export function run(invocation: Invocation): number {
  const { version, date } = programVersion();
  const { deno, v8 } = versions();
  const without = CHECKPOINTS.impossible();
  if (flag(invocation, "json")) {
    const built = date === undefined ? {} : { buildDate: date };
    print(
      1,
      `${
        jsonText({
          hookvisor: version,
          ...built,
          deno,
          v8,
          quickjsNg: QUICKJS_NG,
          checkpoints: without === undefined,
        })
      }\n`,
    );
    return 0;
  }
  const built = date === undefined ? "" : `, built from sources of ${date}`;
  const plain = without === undefined ? "" : `\nno checkpoints: ${without}`;
  print(1, `hookvisor ${version}${built}${plain}\nDeno ${deno}\nV8 ${v8}\nQuickJS-ng ${QUICKJS_NG}\n`);
  return 0;
}
