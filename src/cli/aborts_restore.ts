import type { Manifest } from "../manifest/manifest.ts";
import { expandOperations } from "../manifest/operation_glob.ts";
import type { Config } from "../site/config.ts";
import { onFailureFor } from "../site/settings.ts";

/**
 * Whether a failure of this handler makes libvirt abort a restore: libvirt 11.3 then loses a managed save
 * (docs/operations.md).
 */
export function abortsRestore(manifest: Manifest, config: Config): boolean {
  return manifest.on.some(({ value }) =>
    expandOperations(value).some((operation) =>
      operation.driver === "qemu" && operation.name === "restore" &&
      onFailureFor(config, manifest, operation) === "abort"
    )
  );
}
