import { beginRun } from "./background_runs.ts";
import type { StartBackground } from "./call_kind.ts";
import type { HandlerResult } from "../sandbox/run_handler.ts";
import { HookDataError } from "../protocol/hook_data_error.ts";
import { SUCCESS } from "../base/outcome.ts";
import { startDetached } from "../system/start_detached.ts";
import { SystemError } from "../system/system_error.ts";

/**
 * Starts a handler in a separate process that no other process waits for: this
 * same program makes the same call with that one handler. It gets the XML as a
 * file in memory, so it no longer depends on this process.
 */
export const startBackground: StartBackground = (event, data, directories, { handler, of, caller }) => {
  const started = performance.now();
  const result = (outcome: HandlerResult["outcome"]): HandlerResult => ({
    outcome,
    calls: [],
    moreCalls: 0,
    ms: Math.round((performance.now() - started) * 10) / 10,
    memoryBytes: 0,
  });
  const { driver, object, calledOperation, subOperation, extra } = event;
  const run = beginRun(directories, event, { handler, of, caller });
  try {
    startDetached(
      [
        "hook",
        `--config-dir=${directories.config}`,
        `--state-dir=${directories.state}`,
        `--log-dir=${directories.log}`,
        `--libvirt-run-dir=${directories.libvirt}`,
        `--background=${handler}`,
        `--of=${of}`,
        ...(caller === undefined ? [] : [`--caller=${caller}`]),
        "--",
        driver,
        object,
        calledOperation,
        subOperation,
        extra,
      ],
      data.isEmpty ? new Uint8Array() : new Uint8Array(data.bytes),
      run === undefined ? [] : [run.fd],
    );
    return { ...result(SUCCESS), background: true };
  } catch (error) {
    run?.cancel();
    if (error instanceof HookDataError) return result({ ok: false, cause: "error", message: error.message });
    if (!(error instanceof SystemError)) throw error;
    const message = `the handler could not be started in the background: ${error.message}`;
    return result({ ok: false, cause: "resources", message });
  } finally {
    run?.close();
  }
};
