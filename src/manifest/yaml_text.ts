/**
 * One text as a YAML value on one line: plain where that is safe, otherwise in
 * double quotes with JSON's escapes, which YAML shares.
 */
export function yamlText(text: string): string {
  const plain = /^[A-Za-z/][^\p{C}\p{Z}]*(?: [^\p{C}\p{Z}]+)*$/u.test(text) &&
    !/: | #|:$/.test(text) && !/^(?:true|false|null|~)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}
