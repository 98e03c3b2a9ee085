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
  return RULES.reduce((text, rule) => rule(text), xml);
}

/** Linear in the length of the text, whatever a guest's owner has put there. */
type Rule = (text: string) => string;

const RULES: readonly Rule[] = [
  // <graphics passwd='…'/>, and the like of any element.
  (text) => text.replace(/(\b(?:passwd|password|passphrase)\s*=\s*)(?:"[^"]*"|'[^']*')/gi, `$1'${MASK}'`),
  // <secret type='ceph' uuid='…'/> or usage='…': which secret it is.
  inTags("secret", (element) => attributes(element, /^(?:uuid|usage)$/)),
  // <password>…</password>, <passphrase>…, <cookie name='…'>…</cookie>, <session>… and <dhCert>… of SEV.
  inElements("password|passwd|passphrase|secret|cookie|session|dhCert|key"),
  // <sysinfo type='fwcfg'><entry name='opt/…'>…</entry>, <oemStrings><entry>…
  inElements("entry"),
  // <qemu:env name='TOKEN' value='…'/>
  inTags(
    "env",
    (element) =>
      /\bname\s*=\s*["'][^"']*(?:pass|secret|token|key|auth)/i.test(element)
        ? attributes(element, /^value$/)
        : element,
  ),
  // <qemu:arg value='secret,id=s0,data=…'/>, '-fw_cfg' 'name=opt/…,string=…', '-smbios' 'type=11,value=…'
  inTags("arg", argument),
  // <metadata> with what cloud-init reads.
  inElements("user-data|userdata|user_data|vendor-data|meta-data|network-config"),
];

function inTags(name: string, mask: (element: string) => string): Rule {
  const pattern = new RegExp(`<${PREFIX}${name}\\b${REST}>`, "g");
  return (text) => text.replace(pattern, mask);
}

/** The most CDATA sections in one element whose end is looked for. */
const MOST_SECTIONS = 16;

/** Elements with text and CDATA sections in them, and nothing else. */
function inElements(names: string): Rule {
  const start = new RegExp(`<${PREFIX}(?:${names})(?=[\\s>])${REST}(?<!/)>`, "g");
  const end = new RegExp(`</${PREFIX}(?:${names})\\s*>`, "y");
  return (text) => {
    let out = "";
    let done = 0;
    // Where a CDATA section ends: many start tags may lie in one.
    let close = -1;
    const afterText = (from: number): number => {
      let at = from;
      for (let sections = 0;; sections++) {
        at = text.indexOf("<", at);
        if (at < 0) return text.length;
        if (!text.startsWith("<![CDATA[", at) || sections === MOST_SECTIONS) return at;
        if (close < at) close = text.indexOf("]]>", at);
        if (close < 0) close = Infinity;
        if (close === Infinity) return text.length;
        at = close + 3;
      }
    };
    start.lastIndex = 0;
    for (let found = start.exec(text); found !== null; found = start.exec(text)) {
      const from = start.lastIndex;
      const to = afterText(from);
      end.lastIndex = to;
      // More sections than are looked at: what they hold is masked too, each as far as it is seen.
      if (!end.test(text) && !text.startsWith("<![CDATA[", to)) continue;
      out += text.slice(done, from) + (text.slice(from, to).trim() === "" ? text.slice(from, to) : MASK);
      done = start.lastIndex = to;
    }
    return out + text.slice(done);
  };
}

function attributes(element: string, name: RegExp): string {
  return element.replace(
    /(?<![\w:.-])([\w:.-]+)(\s*=\s*)("[^"]*"|'[^']*')/g,
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
