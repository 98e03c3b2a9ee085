const OWN_MOUNTS = ["--mount", "--propagation", "private"];

/** The command that runs one with mounts of its own. */
export function withOwnMounts(command: string[]): string[] {
  return ["unshare", ...OWN_MOUNTS, ...command];
}

/** Whether we are root and this machine lets us have mounts of our own. */
export const HAS_OWN_MOUNTS = (() => {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  const args = [...OWN_MOUNTS, "mount", "-t", "tmpfs", "none", "/run"];
  try {
    return new Deno.Command("unshare", { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
})();
