import { deepEqual } from "node:assert/strict";
import { detailsInXml } from "../../src/protocol/event_details.ts";

const DISK = "<disk type='file' device='cdrom'><target dev='hdc' bus='ide'/><alias name='ide0-1-0'/></disk>";
const XML = `<domain type='qemu'><on_crash>restart</on_crash><devices>${DISK}</devices></domain>`;

Deno.test("a panic has what on_crash says, any other crash and any other event has not", () => {
  deepEqual(detailsInXml("crashed", { reason: "panicked" }, XML), { onCrash: "restart" });
  deepEqual(detailsInXml("crashed", { reason: "failed" }, XML), {});
  deepEqual(detailsInXml("paused", { reason: "panicked" }, XML), {});
  deepEqual(detailsInXml("crashed", { reason: "panicked" }, "<domain/>"), {});
});

Deno.test("an event of a disk has the disk behind its alias, if the XML has it", () => {
  deepEqual(detailsInXml("tray", { device: "ide0-1-0" }, XML), { disk: "hdc" });
  deepEqual(detailsInXml("tray", { device: "ide0-1-1" }, XML), {});
  deepEqual(detailsInXml("tray", { device: "ide0-1-0" }, "<domain"), {});
});
