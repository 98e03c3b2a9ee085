import { isDriver } from "./operations.ts";

/**
 * The driver whose hook this process was called as, by `argv[0]`: a link named
 * after it (`…/hooks/qemu`), or anything in its `.d` directory
 * (`…/hooks/qemu.d/50-hookvisor`, libvirt 6.5.0 and later). Undefined if it was
 * called by another name: then an admin called it.
 */
export function hookDriver(argv0: string): string | undefined {
  const parts = argv0.split("/");
  const directory = parts.at(-2) ?? "";
  // The directory comes first: in qemu.d a link may have any name, even another driver's.
  const ofDirectory = directory.endsWith(".d") ? directory.slice(0, -2) : "";
  if (isDriver(ofDirectory)) return ofDirectory;
  const name = parts.at(-1) ?? "";
  return isDriver(name) ? name : undefined;
}
