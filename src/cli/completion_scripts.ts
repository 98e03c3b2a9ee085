import type { AdminCommand, Option, ValueKind } from "./command.ts";
import { COMMON_OPTIONS } from "./common_options.ts";

/** A command's options, including the common ones. */
function optionsOf(command: AdminCommand): [string, Option][] {
  return Object.entries({ ...command.options, ...COMMON_OPTIONS });
}

/** A word that a shell takes literally, whatever it contains. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Names of shell functions contain no dashes. */
function plain(name: string): string {
  return name.replaceAll("-", "_");
}

/** A script for bash, generated from the command table; it needs only bash itself. */
export function bashCompletion(commands: readonly AdminCommand[]): string {
  const cases = commands.map((command) => {
    const options = optionsOf(command);
    const values = options.filter(([, { value }]) => value !== undefined)
      .map(([name, { kind = "text" }]) => `    ${command.name}:--${name}) ${bashWords(kind)} ;;`);
    const words = command.words.map(({ kind, many }, i) =>
      `    ${command.name}:${many ? "*" : i}) ${bashWords(kind)} ;;`
    );
    return {
      flags: `    ${command.name}) echo ${quoted(options.map(([name]) => `--${name}`).join(" "))} ;;`,
      values,
      words,
    };
  });
  return `# bash completion for hookvisor, made by "hookvisor completion bash".
_hookvisor_words() {
  COMPREPLY=()
  local word
  while IFS= read -r word; do
    [[ $word == "$cur"* ]] && COMPREPLY+=("$(printf '%q' "$word")")
  done
}
_hookvisor_files() { compopt -o filenames; local IFS=$'\\n'; COMPREPLY=($(compgen -f -- "$cur")); }
_hookvisor_directories() { compopt -o filenames; local IFS=$'\\n'; COMPREPLY=($(compgen -d -- "$cur")); }
_hookvisor_list() { _hookvisor_words < <(printf '%s\\n' "$@"); }
_hookvisor_known() { _hookvisor_words < <(hookvisor completion --words "$1" 2>/dev/null); }
_hookvisor_options() {
  case $1 in
${cases.map(({ flags }) => flags).join("\n")}
  esac
}
_hookvisor_value() {
  case $1:$2 in
${cases.flatMap(({ values }) => values).join("\n")}
    *) return 1 ;;
  esac
  return 0
}
_hookvisor_argument() {
  case $1:$2 in
${cases.flatMap(({ words }) => words).join("\n")}
  esac
}
_hookvisor() {
  local cur=\${COMP_WORDS[COMP_CWORD]} command=\${COMP_WORDS[1]} previous=\${COMP_WORDS[COMP_CWORD - 1]} i count=0
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    _hookvisor_list help ${commands.map(({ name }) => name).join(" ")}
    return
  fi
  if [[ $command == help ]]; then
    _hookvisor_list ${commands.map(({ name }) => name).join(" ")}
    return
  fi
  [[ $previous == --* ]] && _hookvisor_value "$command" "$previous" && return
  if [[ $cur == -* ]]; then
    # shellcheck disable=SC2046
    _hookvisor_list $(_hookvisor_options "$command")
    return
  fi
  for ((i = 2; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      --*) cur='' _hookvisor_value "$command" "\${COMP_WORDS[i]}" >/dev/null 2>&1 && ((i++)) ;;
      *) ((count++)) ;;
    esac
  done
  COMPREPLY=()
  _hookvisor_argument "$command" "$count"
}
complete -F _hookvisor hookvisor
`;
}

function bashWords(kind: ValueKind): string {
  if (Array.isArray(kind)) return `_hookvisor_list ${kind.map(quoted).join(" ")}`;
  if (kind === "file") return "_hookvisor_files";
  if (kind === "directory") return "_hookvisor_directories";
  if (kind === "text") return ":";
  return `_hookvisor_known ${String(kind)}`;
}

/** A script for zsh. */
export function zshCompletion(commands: readonly AdminCommand[]): string {
  const list = commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join("\n");
  const functions = commands.map((command) => {
    const options = optionsOf(command).map(([name, option]) => zshOption(name, option));
    const words = command.words.map(({ name, kind, optional, many }, i) =>
      `${many ? "*" : i + 1}:${optional ? ":" : ""}${zshText(name)}:${zshAction(kind)}`
    );
    return `_hookvisor_${plain(command.name)}() {\n  _arguments ${
      [...options, ...words].map(quoted).join(" \\\n    ")
    }\n}`;
  });
  return `#compdef hookvisor
# zsh completion for hookvisor, made by "hookvisor completion zsh".
_hookvisor_known() {
  local -a words
  words=("\${(@f)$(hookvisor completion --words $1 2>/dev/null)}")
  compadd -a words
}
${functions.join("\n")}
_hookvisor() {
  local -a commands
  commands=(
${list}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local command=\${words[2]//-/_}
  shift words
  ((CURRENT--))
  (($+functions[_hookvisor_$command])) && _hookvisor_$command
}
if [[ $funcstack[1] == _hookvisor ]]; then _hookvisor "$@"; else compdef _hookvisor hookvisor; fi
`;
}

function zshOption(name: string, { value, kind = "text", summary }: Option): string {
  const text = `--${name}[${zshText(summary)}]`;
  return value === undefined ? text : `${text}:${zshText(value)}:${zshAction(kind)}`;
}

function zshText(text: string): string {
  return text.replace(/[\\[\]:]/g, "\\$&");
}

function zshAction(kind: ValueKind): string {
  if (Array.isArray(kind)) return `(${kind.join(" ")})`;
  if (kind === "file") return "_files";
  if (kind === "directory") return "_files -/";
  // The space keeps zsh from putting options of its own before the word.
  return kind === "text" ? " " : ` _hookvisor_known ${String(kind)}`;
}

/** A script for fish. */
export function fishCompletion(commands: readonly AdminCommand[]): string {
  const lines = commands.flatMap((command) => {
    const inside = `-n ${quoted(`__fish_seen_subcommand_from ${command.name}`)}`;
    return [
      `complete -c hookvisor -f -n __fish_use_subcommand -a ${command.name} -d ${quoted(command.summary)}`,
      ...optionsOf(command).map(([name, { value, kind = "text", summary }]) =>
        `complete -c hookvisor ${inside} -l ${name} -d ${quoted(summary)}${
          value === undefined ? "" : ` ${kind === "file" ? "-r" : "-x"}${fishWords(kind)}`
        }`
      ),
      ...command.words.map(({ kind }) => `complete -c hookvisor ${inside}${fishWords(kind) || " -f"}`),
    ];
  });
  return `# fish completion for hookvisor, made by "hookvisor completion fish".
complete -c hookvisor -f
complete -c hookvisor -n __fish_use_subcommand -a help -d ${quoted("list the commands, or say more of one")}
${[...new Set(lines)].join("\n")}
`;
}

function fishWords(kind: ValueKind): string {
  if (Array.isArray(kind)) return ` -a ${quoted(kind.join(" "))}`;
  if (kind === "file") return " -F";
  if (kind === "directory") return ` -a ${quoted("(__fish_complete_directories)")}`;
  return kind === "text" ? "" : ` -a ${quoted(`(hookvisor completion --words ${String(kind)} 2>/dev/null)`)}`;
}
