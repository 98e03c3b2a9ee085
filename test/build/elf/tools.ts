/** Whether this machine has a program; the name of a test that needs it says which package brings it. */
export function hasTool(name: string): boolean {
  return new Deno.Command("sh", { args: ["-c", `command -v ${name}`], stdout: "null" }).outputSync().success;
}
