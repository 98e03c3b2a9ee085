import assert from "node:assert/strict";
import {
  execCallProblem,
  type ExecRule,
  matchExecRule,
  nearestRule,
  parseExecRule,
  suggestExecLine,
} from "../../src/manifest/exec_rule.ts";
import { parse as parseYaml } from "yaml";

function rule(text: string): ExecRule {
  const read = parseExecRule(text);
  assert.ok("rule" in read, `${text}: ${"error" in read && read.error}`);
  return read.rule;
}

const MATCHES: [rule: string, call: string[], matches: boolean, why: string][] = [
  ["ip link", ["ip", "link"], true, "the same words"],
  ["ip link", ["ip"], false, "an argument is missing"],
  ["ip link", ["ip", "link", "show"], false, "an argument too many"],
  ["ip", ["ip"], true, "no arguments"],
  ["ip", ["/usr/sbin/ip"], false, "a bare name is not a path"],
  ["/usr/sbin/ip", ["ip"], false, "a path is not a bare name"],
  ["/usr/sbin/ip", ["/usr/sbin/ip"], true, "the same path"],
  ["/usr/sbin/ip", ["/tmp/ip"], false, "another path"],
  ["/usr/sbin/ip", ["/usr/sbin//ip"], false, "the same path spelt in another way"],
  ["systemctl stop *", ["systemctl", "stop", "nginx"], true, "a star stands for an argument"],
  ["systemctl stop *", ["systemctl", "stop", ""], true, "a star stands for an empty argument"],
  ["systemctl stop *", ["systemctl", "stop", "a b"], true, "spaces stay in their argument"],
  ["systemctl stop *", ["systemctl", "stop", "a'\"\\$(id)`;&"], true, "no character is special to a star"],
  ["systemctl stop *", ["systemctl", "stop", "a", "b"], false, "a star stands for one argument only"],
  ["systemctl stop *", ["systemctl", "stop", "a\nb"], false, "a star stands for no line end"],
  ["systemctl stop *", ["systemctl", "stop", "a\rb"], false, "nor for a carriage return"],
  ["systemctl stop *", ["systemctl", "stop", "a\0"], false, "NUL is never allowed"],
  ["systemctl stop '*'", ["systemctl", "stop", "nginx"], false, "a quoted star is a star"],
  ["systemctl stop '*'", ["systemctl", "stop", "*"], true, "and matches one"],
  ["systemctl stop \\*", ["systemctl", "stop", "*"], true, "so does one after a backslash"],
  ["set *.slice A=*", ["set", "system.slice", "A="], true, "a star at the end may be empty"],
  ["set *.slice A=*", ["set", ".slice", "A=0-1"], true, "a star at the start may be empty"],
  ["set *.slice A=*", ["set", "system.slices", "A=0"], false, "what follows a star has to match"],
  ["set a*b*c", ["set", "aXbXbXc"], true, "several stars"],
  ["set a*b*c", ["set", "abc"], true, "several empty stars"],
  ["set a*bc*c", ["set", "abc"], false, "pieces do not overlap"],
  ["set a*a", ["set", "a"], false, "start and end do not overlap"],
  ["set **", ["set", "x"], true, "two stars are one"],
  ["set a?c", ["set", "abc"], false, "a question mark is itself"],
  ["set a ...", ["set", "a"], true, "... allows none"],
  ["set a ...", ["set", "a", "-b", "c\nd", ""], true, "... allows anything"],
  ["set a ...", ["set", "a", "b\0"], false, "but NUL"],
  ["set a ...", ["set", "b"], false, "what comes before ... has to match"],
  ["set '...'", ["set", "..."], true, "quoted it is an argument"],
  ["set '...'", ["set"], false, "quoted it is one argument"],
  ['set "a b"', ["set", "a b"], true, "double quotes keep a space"],
  ['set "a\\"b\\\\c\\d"', ["set", 'a"b\\c\\d'], true, "a backslash in double quotes"],
  ["set a\\ b''c", ["set", "a bc"], true, "quoting within a word"],
  ["set ''", ["set", ""], true, "an empty argument"],
  ["set ''", ["set"], false, "an empty argument is one"],
  ["set\ta  b ", ["set", "a", "b"], true, "any blanks part words"],
];

// A star may never turn into an option or lead out of a directory that the rule names.
const INJECTIONS: [rule: string, argument: string, matches: boolean][] = [
  ["*", "--config=/tmp/evil", false],
  ["*", "-x", false],
  ["*", "-", false],
  ["**", "-x", false],
  ["''*", "-x", false],
  ["*.slice", "-H.slice", false],
  ["*-x", "-x", false],
  ["-*", "--config=/tmp/evil", true],
  ["-o*", "-oX", true],
  ["--config=*", "--config=/etc/a", true],
  ["--config=*", "--config=", true],
  ["--config=*", "--config", false],
  ["--config=*", "--Config=x", false],
  ["name=*", "name=-x", true],
  ["/var/lib/vm/*", "/var/lib/vm/../../../etc/shadow", false],
  ["/var/lib/vm/*", "/var/lib/vm/..", false],
  ["/var/lib/vm/*", "/var/lib/vm/a/..", false],
  ["/var/lib/vm/*", "/var/lib/vm/..a", true],
  ["/var/lib/vm/*", "/var/lib/vm/a..b", true],
  ["*", "..", false],
  ["*", "../x", false],
  ["file=*", "file=../x", false],
  ["a:*", "a:../x", false],
  ["/a/../*", "/a/../b", true],
  ["*", "and so on ...", true],
];

Deno.test("matchExecRule() compares program and arguments as the rule says", () => {
  for (const [text, [program = "", ...args], matches, why] of MATCHES) {
    assert.equal(matchExecRule(rule(text), program, args), matches, `${text}: ${why}`);
  }
});

Deno.test("matchExecRule() lets no argument become an option or leave a directory through a star", () => {
  for (const [pattern, argument, matches] of INJECTIONS) {
    const text = `p ${pattern}`;
    assert.equal(matchExecRule(rule(text), "p", [argument]), matches, `${text} with ${argument}`);
  }
});

Deno.test("matchExecRule() takes very long arguments in a short time", () => {
  const started = performance.now();
  const long = "a".repeat(1_000_000);
  assert.equal(matchExecRule(rule("p *b*"), "p", [long]), false);
  assert.equal(matchExecRule(rule(`p ${"*a".repeat(2000)}*b`), "p", [long]), false);
  assert.equal(matchExecRule(rule("p *"), "p", [long]), true);
  assert.ok(performance.now() - started < 2000);
});

const BAD_RULES: [text: string, column: number, error: RegExp][] = [
  ["", 1, /empty/],
  ["  ", 1, /empty/],
  ["./x a", 1, /relative/],
  ["  bin/x", 3, /relative/],
  ["sys* a", 1, /cannot contain \*/],
  ["'a*' b", 1, /cannot contain \*/],
  ["/usr/bin/../x", 1, /plain absolute/],
  ["/usr//x", 1, /plain absolute/],
  ["/usr/x/", 1, /plain absolute/],
  ["/", 1, /plain absolute/],
  ["..", 1, /directory/],
  ["-x", 1, /begins with -/],
  ["'' a", 1, /name is empty/],
  ["... a", 1, /cannot be the program/],
  ["x ... a", 3, /last word/],
  ["x ... ...", 3, /last word/],
  ["x 'a b", 3, /never closed/],
  ['x a"b c', 4, /never closed/],
  ["x a\\", 4, /backslash/],
  ["x a\nb", 4, /newline/],
  ["x a\0", 4, /NUL/],
  ["x 'a\0'", 5, /NUL/],
];

Deno.test("parseExecRule() says what is wrong with a rule and at which character", () => {
  for (const [text, column, error] of BAD_RULES) {
    const read = parseExecRule(text);
    assert.ok("error" in read, JSON.stringify(text));
    assert.match(read.error, error, JSON.stringify(text));
    assert.equal(read.column, column, JSON.stringify(text));
  }
});

Deno.test("parseExecRule() forgives the line end of a YAML block", () => {
  assert.ok(matchExecRule(rule("ip link\n"), "ip", ["link"]));
});

Deno.test("execCallProblem() names what no rule could allow", () => {
  assert.equal(execCallProblem("ip", ["a"]), undefined);
  assert.match(execCallProblem("", []) ?? "", /empty/);
  assert.match(execCallProblem("../ip", []) ?? "", /relative/);
  assert.match(execCallProblem("ip\n", []) ?? "", /control/);
  assert.match(execCallProblem("ip", ["a", "b\0c"]) ?? "", /argument 2 contains NUL/);
});

Deno.test("nearestRule() names the rule that allows the most and what it does not allow", () => {
  const rules = ["ip addr", "ip link set *", "ip link set * up", "/usr/sbin/nft list"].map(rule);
  const near = (...[program = "", ...args]: string[]) => {
    const found = nearestRule(rules, program, args);
    return found && `${found.rule.text}: ${found.why}`;
  };
  assert.equal(
    near("ip", "link", "set", "eth0", "down"),
    'ip link set *: the rule ends before argument 4, "down"',
  );
  assert.equal(near("ip", "link", "del"), 'ip link set *: argument 2, "del", does not match set');
  assert.equal(
    near("ip", "link", "set", "-batch"),
    'ip link set *: argument 3, "-batch", begins with -, which * does not allow: the program could take it for an option',
  );
  assert.equal(near("ip", "link"), "ip link set *: argument 2 is missing: the rule requires set");
  assert.equal(near("nft", "list"), '/usr/sbin/nft list: the program is "nft", the rule\'s is /usr/sbin/nft');
  assert.equal(near("ipp", "addr"), 'ip addr: the program is "ipp", the rule\'s is ip');
  assert.equal(near("systemctl", "stop"), undefined);
});

Deno.test("suggestExecLine() gives a line of YAML whose rule allows that call and no other", () => {
  const calls: [line: string, call: string[]][] = [
    ["- systemctl stop nginx", ["systemctl", "stop", "nginx"]],
    ["- set 'a b' '' '*' '...'", ["set", "a b", "", "*", "..."]],
    [`- set "it's" 'say "hi"' "both ' and \\" and \\\\"`, [
      "set",
      "it's",
      'say "hi"',
      "both ' and \" and \\",
    ]],
    ['- "true"', ["true"]],
    ['- "set key: x"', ["set", "key:", "x"]],
    ['- "set #x"', ["set", "#x"]],
    ['- "[ -e x"', ["[", "-e", "x"]],
    [`- "set 'a\\nb'"`, ["set", "a\nb"]],
    ["- set é…", ["set", "é…"]],
    ['- "set \u2028"'.replace("\u2028", "'\u2028'"), ["set", "\u2028"]],
  ];
  for (const [line, [program = "", ...args]] of calls) {
    assert.equal(suggestExecLine(program, args), line);
    const [text] = parseYaml(`${line}\n`) as [string];
    assert.ok(matchExecRule(rule(text), program, args), line);
    if (args.length > 0) {
      assert.equal(matchExecRule(rule(text), program, [...args.slice(1), "x"]), false, line);
    }
  }
});
