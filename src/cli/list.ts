import { jsonText } from "../base/json_text.ts";
import { flag, type Invocation } from "./command.ts";
import { loadWholeSite, stateOf } from "./whole_site.ts";
import { look } from "./look.ts";
import { allowed, conditions } from "./allowed.ts";
import { style } from "./style.ts";
import { renderTable } from "./text_table.ts";
import { formatIssue } from "../base/issue.ts";
import { print } from "../system/self.ts";

/** `hookvisor list`. */
export async function run(invocation: Invocation): Promise<number> {
  const out = look();
  const { handlers, issues } = await loadWholeSite(invocation.directories);
  const rows = handlers.map((handler) => ({ handler, state: stateOf(handler) }));
  const usable = rows.every(({ state }) => state === "ready") &&
    !issues.some(({ severity }) => severity === "error");
  if (flag(invocation, "json")) {
    const told = rows.map(({ handler: { name, file, manifest }, state }) => ({
      name,
      file,
      state,
      ...(manifest === undefined
        ? {}
        : { description: manifest.description, for: conditions(manifest), may: allowed(manifest) }),
    }));
    print(1, `${jsonText(told)}\n`);
    return usable ? 0 : 1;
  }
  for (const issue of issues) print(2, `hookvisor list: ${formatIssue(issue)}\n`);
  if (rows.length === 0) {
    const where = `${invocation.directories.config}/handlers`;
    print(1, `no handler in ${where}; "hookvisor new NAME" creates one\n`);
    return usable ? 0 : 1;
  }
  const paint = style(out.colour);
  const columns = [
    { title: "HANDLER" },
    {
      title: "STATE",
      paint: (text: string) => text.startsWith("ready") ? paint.green(text) : paint.red(text),
    },
    { title: "FOR", flex: "wrap" as const },
    { title: "DESCRIPTION", flex: "wrap" as const },
  ];
  const cells = rows.map(({ handler: { name, manifest }, state }) => [
    name,
    state,
    (manifest?.on ?? []).map(({ value }) => value).join(", "),
    manifest?.description ?? `see "hookvisor check"`,
  ]);
  print(1, renderTable(columns, cells, out));
  return usable ? 0 : 1;
}
