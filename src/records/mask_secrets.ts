/** What replaces a secret. */
const MASK = "***";
/** The same for a UUID, so that the document stays valid. */
const NO_UUID = "00000000-0000-0000-0000-000000000000";

// Inside a tag: anything but its end, quoted text as a whole.
const REST = `(?:[^<>"']|"[^"]*"|'[^']*')*`;
const PREFIX = "(?:[A-Za-z_][\\w.-]*:)?";

/**
 * libvirt's XML without what only root may know: passwords of graphics, what
 * names or holds a secret, cookies, secrets among QEMU's own arguments and
 * environment, and texts passed to the guest's firmware, which often carry
 * credentials.
 *
 * It works on the text, so that it masks a malformed document as far as
 * possible. Everything else stays byte for byte unchanged.
 */
export function maskSecrets(xml: string): string {
  return RULES.reduce((text, [pattern, mask]) => text.replace(pattern, mask), xml);
}

type Rule = readonly [pattern: RegExp, mask: (match: string, ...groups: string[]) => string];

const RULES: readonly Rule[] = [
  // <graphics passwd='…'/>, and the like of any element.
  [/(\b(?:passwd|password|passphrase)\s*=\s*)("[^"]*"|'[^']*')/gi, (_, name) => `${name}'${MASK}'`],
  // <secret type='ceph' uuid='…'/> or usage='…': which secret it is.
  [tag("secret"), (element) => attributes(element, /^(?:uuid|usage)$/)],
  // <password>…</password>, <passphrase>…, <cookie name='…'>…</cookie>, <session>… and <dhCert>… of SEV.
  [content("password|passwd|passphrase|secret|cookie|session|dhCert|key"), masked],
  // <sysinfo type='fwcfg'><entry name='opt/…'>…</entry>, <oemStrings><entry>…
  [content("entry"), masked],
  // <qemu:env name='TOKEN' value='…'/>
  [
    tag("env"),
    (element) =>
      /name\s*=\s*["'][^"']*(?:pass|secret|token|key|auth)/i.test(element)
        ? attributes(element, /^value$/)
        : element,
  ],
  // <qemu:arg value='secret,id=s0,data=…'/>, '-fw_cfg' 'name=opt/…,string=…', '-smbios' 'type=11,value=…'

  [tag("arg"), (element) => argument(element)],
  // <metadata> with what cloud-init reads.
  [content("user-data|userdata|user_data|vendor-data|meta-data|network-config"), masked],
];

function tag(name: string): RegExp {
  return new RegExp(`<${PREFIX}${name}\\b${REST}>`, "g");
}

/** An element with text in it: `$1` the start tag, `$2` the text, `$3` the end tag. */
function content(names: string): RegExp {
  return new RegExp(
    `(<${PREFIX}(?:${names})(?=[\\s>])${REST}(?<!/)>)([^<]*(?:<!\\[CDATA\\[[^]*?\\]\\]>[^<]*)*)(</${PREFIX}(?:${names})\\s*>)`,
    "g",
  );
}

function masked(_: string, start: string, text: string, end: string): string {
  return text.trim() === "" ? start + text + end : `${start}${MASK}${end}`;
}

function attributes(element: string, name: RegExp): string {
  return element.replace(
    /([\w:.-]+)(\s*=\s*)("[^"]*"|'[^']*')/g,
    (all, attribute: string, equals: string) => {
      if (!name.test(attribute)) return all;
      return `${attribute}${equals}'${attribute === "uuid" ? NO_UUID : MASK}'`;
    },
  );
}

/** `secret,id=s0,data=…` as a list of options, as JSON, or a bare `key=value`. */
function argument(element: string): string {
  return element
    .replace(
      /((?:(?<=[,"'])(?:string|value)|\b(?:data|password|passwd|password-secret|passphrase|secret|token|key|auth))=)(?:[^,"'<>]|,,)*/gi,
      `$1${MASK}`,
    )
    .replace(
      /((?:"|&quot;)(?:data|string|value|password|passphrase|secret|token|key)(?:"|&quot;)\s*:\s*)(?:"[^"]*"|&quot;.*?&quot;)/gi,
      `$1&quot;${MASK}&quot;`,
    );
}
