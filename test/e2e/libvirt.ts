import { debianRoot, splitDaemons, type Suite, SUITES } from "../debian/root.ts";
import { LIBVIRT_PACKAGES } from "./install.ts";

/** Which libvirt a rig runs: whose files, and which daemons. */
export interface Libvirt {
  /** As the report names it. */
  name: string;
  /** Root file systems, the topmost first, whose files the rig sees; none: this machine's. */
  layers: readonly string[];
  /** In the order in which they start. */
  daemons: readonly string[];
}

/** The libvirt that is installed on this machine. */
export const OWN: Libvirt = { name: "this machine's libvirtd", layers: [], daemons: ["libvirtd"] };

/** virtqemud asks virtnetworkd for its guests' interfaces when it starts. */
const SPLIT = ["virtnetworkd", "virtlxcd", "virtqemud", "virtproxyd"];
/** What a root needs beside libvirt for the checks. */
const TOOLS = ["procps", "util-linux"];

/** A suite's libvirtd. */
export async function ofSuite(suite: Suite): Promise<Libvirt> {
  const root = await debianRoot(suite, [...LIBVIRT_PACKAGES, ...TOOLS]);
  return { name: `${suite}'s libvirtd`, layers: [root], daemons: ["libvirtd"] };
}

/** The same libvirt as daemons of their own for each driver. */
export async function split(suite: Suite, { layers }: Libvirt): Promise<Libvirt> {
  const tools = await ofSuite(SUITES[0]);
  const daemons = await splitDaemons(suite, layers.at(-1)!, tools.layers.at(-1)!);
  return { name: `${suite}'s split daemons`, layers: [daemons, ...layers], daemons: SPLIT };
}
