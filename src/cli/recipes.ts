import bridgeVlan from "../../handlers/recipes/bridge-vlan.js" with { type: "text" };
import companion from "../../handlers/recipes/companion.js" with { type: "text" };
import cpuGovernor from "../../handlers/recipes/cpu-governor.js" with { type: "text" };
import cpuIsolation from "../../handlers/recipes/cpu-isolation.js" with { type: "text" };
import crashDump from "../../handlers/recipes/crash-dump.js" with { type: "text" };
import ddcInput from "../../handlers/recipes/ddc-input.js" with { type: "text" };
import dns from "../../handlers/recipes/dns.js" with { type: "text" };
import empty from "../../handlers/recipes/empty.js" with { type: "text" };
import hugepages from "../../handlers/recipes/hugepages.js" with { type: "text" };
import irqAffinity from "../../handlers/recipes/irq-affinity.js" with { type: "text" };
import lifecycleLog from "../../handlers/90-lifecycle-log.js" with { type: "text" };
import loadGuard from "../../handlers/20-load-guard.js" with { type: "text" };
import lookingGlass from "../../handlers/recipes/looking-glass.js" with { type: "text" };
import mdev from "../../handlers/recipes/mdev.js" with { type: "text" };
import memoryGuard from "../../handlers/10-memory-guard.js" with { type: "text" };
import mountGuard from "../../handlers/recipes/mount-guard.js" with { type: "text" };
import notify from "../../handlers/recipes/notify.js" with { type: "text" };
import pauseOnEnospcNotify from "../../handlers/recipes/pause-on-enospc-notify.js" with { type: "text" };
import pciRebind from "../../handlers/recipes/pci-rebind.js" with { type: "text" };
import portForward from "../../handlers/recipes/port-forward.js" with { type: "text" };
import restartAfterCrash from "../../handlers/recipes/restart-after-crash.js" with { type: "text" };
import routes from "../../handlers/recipes/routes.js" with { type: "text" };
import scheduler from "../../handlers/recipes/scheduler.js" with { type: "text" };
import scriptTree from "../../handlers/recipes/script-tree.js" with { type: "text" };
import singleGpu from "../../handlers/recipes/single-gpu.js" with { type: "text" };
import sleepInhibit from "../../handlers/recipes/sleep-inhibit.js" with { type: "text" };
import snapshotBeforeStart from "../../handlers/recipes/snapshot-before-start.js" with { type: "text" };
import storageReady from "../../handlers/recipes/storage-ready.js" with { type: "text" };
import userService from "../../handlers/recipes/user-service.js" with { type: "text" };
import vfioGuard from "../../handlers/recipes/vfio-guard.js" with { type: "text" };

/** Template handlers, by the name that `new --recipe` takes. */
export const RECIPES: Readonly<Record<string, string>> = {
  empty,
  "bridge-vlan": bridgeVlan,
  companion,
  "cpu-governor": cpuGovernor,
  "cpu-isolation": cpuIsolation,
  "crash-dump": crashDump,
  "ddc-input": ddcInput,
  dns,
  hugepages,
  "irq-affinity": irqAffinity,
  "lifecycle-log": lifecycleLog,
  "load-guard": loadGuard,
  "looking-glass": lookingGlass,
  mdev,
  "memory-guard": memoryGuard,
  "mount-guard": mountGuard,
  notify,
  "pause-on-enospc-notify": pauseOnEnospcNotify,
  "pci-rebind": pciRebind,
  "port-forward": portForward,
  "restart-after-crash": restartAfterCrash,
  routes,
  scheduler,
  "script-tree": scriptTree,
  "single-gpu": singleGpu,
  "sleep-inhibit": sleepInhibit,
  "snapshot-before-start": snapshotBeforeStart,
  "storage-ready": storageReady,
  "user-service": userService,
  "vfio-guard": vfioGuard,
};
