import companion from "../../handlers/recipes/companion.js" with { type: "text" };
import cpuIsolation from "../../handlers/recipes/cpu-isolation.js" with { type: "text" };
import crashDump from "../../handlers/recipes/crash-dump.js" with { type: "text" };
import empty from "../../handlers/recipes/empty.js" with { type: "text" };
import governor from "../../handlers/recipes/governor.js" with { type: "text" };
import lifecycleLog from "../../handlers/90-lifecycle-log.js" with { type: "text" };
import loadGuard from "../../handlers/20-load-guard.js" with { type: "text" };
import memoryGuard from "../../handlers/10-memory-guard.js" with { type: "text" };
import mountGuard from "../../handlers/recipes/mount-guard.js" with { type: "text" };
import portForward from "../../handlers/recipes/port-forward.js" with { type: "text" };
import scriptTree from "../../handlers/recipes/script-tree.js" with { type: "text" };
import notify from "../../handlers/recipes/notify.js" with { type: "text" };
import pauseOnEnospcNotify from "../../handlers/recipes/pause-on-enospc-notify.js" with { type: "text" };
import restartAfterCrash from "../../handlers/recipes/restart-after-crash.js" with { type: "text" };
import vfioGuard from "../../handlers/recipes/vfio-guard.js" with { type: "text" };

/** Handlers to begin with, by the name that `new --recipe` takes. */
export const RECIPES: Readonly<Record<string, string>> = {
  empty,
  companion,
  "cpu-isolation": cpuIsolation,
  "crash-dump": crashDump,
  governor,
  "lifecycle-log": lifecycleLog,
  "load-guard": loadGuard,
  "memory-guard": memoryGuard,
  "mount-guard": mountGuard,
  "port-forward": portForward,
  "script-tree": scriptTree,
  notify,
  "pause-on-enospc-notify": pauseOnEnospcNotify,
  "restart-after-crash": restartAfterCrash,
  "vfio-guard": vfioGuard,
};
