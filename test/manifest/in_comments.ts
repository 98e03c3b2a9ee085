/** A manifest as it stands at the top of a handler: YAML in line comments, between its marks. */
export function inComments(yaml: string): string {
  const text = yaml.endsWith("\n") ? yaml.slice(0, -1) : yaml;
  return `// ---\n${text.replace(/^/gm, "// ")}\n// ---\n`;
}
