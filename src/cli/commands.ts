// Longer than other files: it is a table, one row a command, and nothing else.
import type { AdminCommand } from "./command.ts";
import { RECIPE_NAMES } from "./recipe_names.ts";

/** The command table: parsing, usage, help, completions and man pages are made from it. In the order of the help. */
export const COMMANDS: readonly AdminCommand[] = [
  {
    name: "install",
    words: [],
    summary: "make libvirt call hookvisor: put links into its hooks directory",
    description: [
      "Makes a symbolic link to hookvisor for each driver that a handler is for, and for daemon, at whose start what " +
      "was left behind comes back. Where libvirt is 6.5.0 or later the link is 50-hookvisor in DRIVER.d, beside any " +
      "script that is there; before, it is the hook DRIVER itself. A file that hookvisor did not make is never touched, " +
      "and a second install changes nothing. A link to another hookvisor, or to one that is gone, is moved to this one.",
      "It makes no link where that would do harm: where AppArmor's profile of a running daemon does not let it run this " +
      "program, every guest would fail to start. It says what to do instead.",
      "The hooks directory is /etc/libvirt/hooks, /usr/local/etc/libvirt/hooks for a libvirt built from source, or " +
      "/var/lib/libvirt/hooks on NixOS.",
      "A running daemon looks for a driver's first hook when it starts and when it is reloaded. install says which " +
      "daemon has to be reloaded; with --reload it does that (SIGHUP) and waits for the call that shows that the hook " +
      "is seen. Running guests are not touched by a reload.",
    ],
    exitCodes: [[0, "every link is there"], [
      1,
      "a link could not be made or would do harm, or a daemon did not show that it sees it",
    ]],
    examples: [
      ["hookvisor install", "after the first handler is in place"],
      ["hookvisor install --all --destdir /tmp/pkg --program /usr/bin/hookvisor", "in a package's build"],
    ],
    options: {
      "hooks-dir": {
        value: "DIR",
        kind: "directory",
        summary: "libvirt's hooks directory, where it is not found by itself",
      },
      destdir: { value: "DIR", kind: "directory", summary: "put DIR in front of every path: for packages" },
      program: {
        value: "FILE",
        kind: "file",
        summary: "what links point to (default: the program that runs)",
      },
      driver: { value: "DRIVER,...", summary: "for these drivers: daemon, qemu, lxc, libxl, network, bhyve" },
      all: { summary: "for all drivers" },
      place: { value: "d|main", kind: ["d", "main"], summary: "in DRIVER.d, or as the hook DRIVER itself" },
      existing: {
        summary:
          "only for drivers that have a link to a hookvisor, be it gone; --reload then reloads their daemons",
      },
      reload: { summary: "reload the daemons that need it, and wait until they call the hook" },
      force: { summary: "make links although AppArmor denies this program, or on NixOS" },
      "dry-run": { summary: "say what would be done, and do nothing" },
      quiet: { summary: "only what was changed or went wrong" },
      json: { summary: "print one JSON document" },
    },
    load: () => import("./install.ts"),
  },
  {
    name: "adopt",
    words: [],
    summary: "take over the hook scripts that are there, as they are",
    description: [
      "Looks at what is in libvirt's hooks directory: scripts, trees of scripts as VFIO-Tools' dispatcher runs them, and " +
      "hooks.json of libvirt-hook-qemu. Says what each does in libvirt's terms and what is wrong with it, and writes the " +
      "handler that runs it: with a deadline, in the record, and with a reason when it fails.",
      "A script moves to scripts/ beside the handlers, so that libvirt does not run it as well; a tree stays where it is, " +
      "and its dispatcher moves. What libvirt cannot run (no #!, empty, not executable) or root should not run (writable " +
      "by others) is left alone, with what to do. Run it with --dry-run first.",
    ],
    exitCodes: [[0, "all of it was taken over, or there is nothing"], [1, "something was left alone"]],
    examples: [
      ["hookvisor adopt --dry-run", "what there is, what is wrong with it, and what would become of it"],
      ["hookvisor adopt", "writes the handlers and moves the scripts"],
    ],
    options: {
      "hooks-dir": {
        value: "DIR",
        kind: "directory",
        summary: "libvirt's hooks directory, where it is not found by itself",
      },
      "dry-run": { summary: "say what would be done, and do nothing" },
      json: { summary: "print one JSON document" },
    },
    load: () => import("./adopt.ts"),
  },
  {
    name: "uninstall",
    words: [],
    summary: "remove the links that install made",
    description: [
      "Removes every link to a hookvisor from libvirt's hooks directory, be it another one or one that is gone, the " +
      "directories that install made there when they are empty, and the checkpoint. Handlers, configuration and records " +
      "stay. libvirt notices at once.",
    ],
    exitCodes: [[0, "no link is left"], [1, "a link could not be removed"]],
    examples: [["hookvisor uninstall --dry-run", "which links there are"]],
    options: {
      "hooks-dir": {
        value: "DIR",
        kind: "directory",
        summary: "libvirt's hooks directory, where it is not found by itself",
      },
      destdir: { value: "DIR", kind: "directory", summary: "put DIR in front of every path: for packages" },
      program: {
        value: "FILE",
        kind: "file",
        summary: "what links point to (default: the program that runs)",
      },
      driver: { value: "DRIVER,...", summary: "for these drivers: daemon, qemu, lxc, libxl, network, bhyve" },
      "dry-run": { summary: "say what would be done, and do nothing" },
      json: { summary: "print one JSON document" },
    },
    load: () => import("./uninstall.ts"),
  },
  {
    name: "check",
    words: [{ name: "FILE", kind: "file", optional: true, many: true }],
    summary: "find every problem in config.yaml and the handlers, and show what each may do",
    description: [
      "Reads config.yaml and all handlers, or only the handlers named as FILE, wherever they lie, and tells every " +
      "problem at once: the place, the line it is in, and what to do. Then a table of what each handler may do.",
      "Beside mistakes it warns of what is allowed but unwise: a shell or an interpreter among the commands, a rule " +
      "that lets systemctl do anything, writing anywhere below /etc, a handler that can never run, a timeout longer " +
      "than the operation's; of calls that do not exist, and of calls that the manifest has no rule for. Nothing is run and nothing is changed.",
    ],
    exitCodes: [[0, "no error"], [1, "at least one error; with --strict, one warning is enough"]],
    examples: [
      ["hookvisor check", "checks what libvirt's next hook call would use"],
      [
        "hookvisor check --strict ./20-vfio.js",
        "checks one file before it is put in place, in CI for example",
      ],
    ],
    options: {
      strict: { summary: "warnings count as errors" },
      json: { summary: "print one JSON document" },
      quiet: { summary: "no table of what handlers may do" },
    },
    load: () => import("./check.ts"),
  },
  {
    name: "list",
    words: [],
    summary: "list the handlers in the order they run",
    description: [
      "Lists all handlers in the order they run (on teardown operations in reverse), whether each can be used, what it " +
      "is for and what it says of itself.",
    ],
    exitCodes: [[0, "every handler can be used"], [1, 'at least one cannot; "hookvisor check" says why']],
    examples: [["hookvisor list", "the handlers in /etc/hookvisor/handlers"]],
    options: { json: { summary: "print one JSON document" } },
    load: () => import("./list.ts"),
  },
  {
    name: "show",
    words: [{ name: "NAME", kind: "handler" }],
    summary: "show one handler: what it is for, what it may do, its options and its times",
    description: [
      "Shows one handler as a hook call would use it: its manifest with the defaults filled in, its options with what " +
      "config.yaml says, and for each of its operations the time it has and what a failure does.",
    ],
    exitCodes: [[0, "it can be used"], [1, "it cannot, or there is none of that name"]],
    examples: [["hookvisor show 20-vfio", "everything about 20-vfio.js"]],
    options: {
      source: { summary: "print the file instead" },
      json: { summary: "print one JSON document" },
    },
    load: () => import("./show.ts"),
  },
  {
    name: "new",
    words: [{ name: "NAME", kind: "text" }],
    summary: "make a new handler from a recipe",
    description: [
      "Writes a new handler, owned by root and readable by all, and asks nothing. NAME may say the order with two " +
      "digits, as 20-vfio; without them it becomes 50-NAME. A file that is there already is left alone.",
      `Recipes: ${RECIPE_NAMES.join(", ")}.`,
    ],
    exitCodes: [[0, "the file is there"], [1, "it could not be written, or was there already"]],
    examples: [
      ["hookvisor new 20-vfio --recipe vfio-guard", "refuses guests whose PCI devices are still in use"],
      ["hookvisor new hello --on qemu/started", "an empty handler, 50-hello.js, for one operation"],
    ],
    options: {
      recipe: { value: "RECIPE", kind: RECIPE_NAMES, summary: "what to begin with (default empty)" },
      on: {
        value: "DRIVER/OPERATION",
        kind: "operation",
        summary: "the operation it is for, instead of the recipe's",
      },
      print: { summary: "print it instead of writing a file" },
    },
    load: () => import("./new.ts"),
  },
  {
    name: "types",
    words: [],
    summary: "write handler.d.ts beside the handlers, so that an editor completes event and host",
    description: [
      "Writes handler.d.ts, which describes all that a handler can see and do, into the handlers' directory. Files that " +
      "do not end in .js are no handlers, so it does no harm there. To be written again after an upgrade.",
    ],
    exitCodes: [[0, "the file is there"], [1, "it could not be written"]],
    examples: [["hookvisor types", "writes /etc/hookvisor/handlers/handler.d.ts"]],
    options: { print: { summary: "print it instead of writing a file" } },
    load: () => import("./types.ts"),
  },
  {
    name: "run",
    words: [{ name: "DRIVER/OPERATION", kind: "operation" }],
    summary: "play one hook call now and show its timeline",
    description: [
      "Plays one hook call in this process, with the handlers, the configuration and the code that answer libvirt, and " +
      "prints what happened: the handlers that ran and why others did not, every call of theirs with its duration and " +
      "result, the verdict, and what libvirt would do with it. libvirt itself is never called, and no guest is touched " +
      "but by what handlers do.",
      "Handlers are really run: without --dry-run commands and writes are done. With it, reads are real, a command " +
      "succeeds and says nothing, and everything that was not done is listed. With --root every path that a handler " +
      "asks for is looked up below DIR, links on the way included; commands still run on this host.",
      "What the call would bring back when a guest is gone is brought back, unless the guest runs; in a dry run, what " +
      "waits for the effect of a command waits in vain.",
      "The XML is the file given with --xml, else that of the newest call kept for this guest and operation (record: " +
      "true in config.yaml keeps calls), else a small sample made for the guest's name.",
    ],
    exitCodes: [[0, "no handler failed"], [
      1,
      "a handler failed, whether libvirt would give the operation up or not",
    ]],
    examples: [
      ["hookvisor run qemu/prepare --guest win11 --dry-run", "what would happen if win11 were started now"],
      ["hookvisor run qemu/release --xml win11.xml --root /tmp/host", "against a copy of /sys in /tmp/host"],
    ],
    options: {
      guest: { value: "NAME", kind: "guest", summary: "the guest; for a network's port, its owner" },
      network: { value: "NAME", kind: "network", summary: "the network" },
      xml: { value: "FILE", kind: "file", summary: "what libvirt would write; - for standard input" },
      sample: { summary: "make a sample even where a real call is kept" },
      "sub-operation": { value: "WORD", kind: ["begin", "end", "-"], summary: "libvirt's third argument" },
      extra: {
        value: "WORD",
        summary:
          "libvirt's fourth argument: for release why the guest ended; for an event its fields, in JSON",
      },
      handler: { value: "NAME", kind: "handler", summary: "play this handler only" },
      "dry-run": { summary: "change nothing: commands and writes are checked, told and not done" },
      root: {
        value: "DIR",
        kind: "directory",
        summary: "paths of handlers count from DIR, a copy of /sys and friends",
      },
      log: { summary: "write a record to events.jsonl, as a real call does" },
      json: { summary: "print one JSON document" },
    },
    load: () => import("./run.ts"),
  },
  {
    name: "replay",
    words: [{ name: "ID", kind: "record", optional: true }],
    summary: "play a hook call again that libvirt made",
    description: [
      "Plays a call that libvirt made, by default the newest, as run does. Calls are kept for root only, in calls/ of " +
      "the log directory, when config.yaml says record: true; secrets in the XML are masked there.",
    ],
    exitCodes: [[0, "no handler failed"], [1, "a handler failed, or no such call is kept"]],
    examples: [
      ["hookvisor replay --dry-run", "what the newest call would do with the handlers of today"],
      ["hookvisor replay --list", "the calls that are kept, newest last"],
    ],
    options: {
      list: { summary: "list the calls that are kept" },
      guest: { value: "NAME", kind: "guest", summary: "the newest call for this guest or network" },
      handler: { value: "NAME", kind: "handler", summary: "play this handler only" },
      "dry-run": { summary: "change nothing: commands and writes are checked, told and not done" },
      root: {
        value: "DIR",
        kind: "directory",
        summary: "paths of handlers count from DIR, a copy of /sys and friends",
      },
      log: { summary: "write a record to events.jsonl, as a real call does" },
      json: { summary: "print one JSON document" },
    },
    load: () => import("./replay.ts"),
  },
  {
    name: "undo",
    words: [{ name: "GUEST", kind: "guest", optional: true }],
    summary: "bring back what guests have changed on this host, or list it",
    description: [
      "Brings back, the last first, what handlers set with host.fs.set and host.undo for GUEST (win11, or qemu/win11 " +
      "where the name is not enough), whether it runs or not. A step that fails is kept and tried again next time; the " +
      "rest go on. Without GUEST: for all guests whose process is gone, and what failed before.",
      "This happens by itself when a guest is released, when its start is given up, and for guests that are gone when " +
      "libvirt's daemon starts. With --list nothing is changed.",
    ],
    exitCodes: [[0, "everything is back, or there was nothing"], [1, "at least one step failed and is kept"]],
    examples: [
      ["hookvisor undo --list", "what is held, by whom, since when, the old value and the new"],
      ["hookvisor undo win11", "brings back what win11 has changed"],
    ],
    options: {
      list: { summary: "only show what is held; of GUEST when it is given" },
      forget: { value: "NO", summary: "give up one thing, by its number in the list, and leave it as it is" },
      json: { summary: "print one JSON document" },
    },
    load: () => import("./undo.ts"),
  },
  {
    name: "approve",
    words: [{ name: "NAME", kind: "handler" }],
    summary: "allow a handler to run as it is now, where the policy wants that",
    description: [
      "Records a handler's text and its SHA-256 in /etc/hookvisor/approvals. With policy: {approval: required} in " +
      "config.yaml only such handlers run; any change of the file withdraws the approval, and until it is given again " +
      "the handler counts as failed. Shows what the handler may do.",
    ],
    exitCodes: [[0, "approved, or it was already"], [1, "there is no such handler, or it cannot be used"]],
    examples: [
      ["hookvisor approve 20-vfio", "20-vfio.js may run as it is"],
      ["hookvisor approve --withdraw 20-vfio", "it may not any more"],
    ],
    options: {
      withdraw: { summary: "take the approval back" },
      json: { summary: "print one JSON document" },
    },
    load: () => import("./approve.ts"),
  },
  {
    name: "diff",
    words: [{ name: "NAME", kind: "handler" }],
    summary: "show what changed in a handler since it was approved: what it may do first, then the text",
    description: [
      "Compares a handler with what was approved. First what it may do and what it is for, line by line, then the text.",
    ],
    exitCodes: [[0, "nothing changed"], [1, "something changed, or it was never approved"]],
    examples: [["hookvisor diff 20-vfio", "what the new 20-vfio.js could do that the old one could not"]],
    options: { json: { summary: "print one JSON document" } },
    load: () => import("./diff.ts"),
  },
  {
    name: "history",
    words: [
      { name: "show", kind: ["show"], optional: true },
      { name: "ID", kind: "record", optional: true },
    ],
    summary: "show which hook calls there were and what came of them",
    description: [
      "Shows the last 50 hook calls, the newest last: when, which guest or network, the operation, the handlers that " +
      "ran, how long it took, the verdict, and why something failed. Options choose among them; all that are given have " +
      "to hold. It reads events.jsonl and the files it was rotated into.",
      '"history show ID" prints the whole timeline of one call; "history show last" that of the newest, which may be ' +
      "chosen by the same options.",
      "Times are those of this host; the records themselves, and --json, hold UTC.",
    ],
    exitCodes: [[0, "always, also when there is no such call"], [1, "no call with that ID"]],
    examples: [
      ["hookvisor history --guest win11 --failed --since 7d", "what went wrong with win11 this week"],
      ["hookvisor history show last --guest win11", "why win11 did not start just now"],
      ["hookvisor history --follow", "prints calls as they come, until interrupted"],
    ],
    options: {
      guest: { value: "NAME", kind: "guest", summary: "only calls about this guest" },
      network: { value: "NAME", kind: "network", summary: "only calls about this network" },
      driver: {
        value: "DRIVER",
        kind: ["daemon", "qemu", "lxc", "libxl", "network", "bhyve"],
        summary: "only calls of this driver",
      },
      operation: {
        value: "OPERATION",
        kind: "operation",
        summary: "only this operation: prepare, or qemu/prepare",
      },
      handler: { value: "NAME", kind: "handler", summary: "only calls in which this handler had a turn" },
      failed: { summary: "only calls in which something failed" },
      since: {
        value: "WHEN",
        summary: "only calls since then: 2h, 30m, 7d, or 2026-11-23, or 2026-11-23T06:30",
      },
      number: { value: "N", summary: "show the last N calls, or all (default 50); also -n N" },
      follow: { summary: "go on with calls as they come; also -f" },
      json: { summary: "print the records, one JSON document a line" },
    },
    load: () => import("./history.ts"),
  },
  {
    name: "doctor",
    words: [],
    summary: "look at everything that has to be right, and say what to do about what is not",
    description: [
      "Looks at libvirt's version and daemons, the hooks directory and its links, whether the running daemons know them, " +
      "other hook scripts, owners and modes, AppArmor and SELinux, the handlers and what their rules name, what guests " +
      "that are gone have left behind, the disk, the journal and the C library. Each line says what was looked at: ok, " +
      "note (something to know), warn or fail, and what to do.",
      "Nothing is changed, and libvirt is never called: it may be the one that waits.",
    ],
    exitCodes: [[0, "nothing worse than a note"], [1, "the worst is a warning"], [2, "something failed"]],
    examples: [["hookvisor doctor --quiet", "only what is not right, for a cron job"]],
    options: {
      "hooks-dir": {
        value: "DIR",
        kind: "directory",
        summary: "libvirt's hooks directory, where it is not found by itself",
      },
      quiet: { summary: "only what is not right" },
      json: { summary: "print one JSON document" },
    },
    load: () => import("./doctor.ts"),
  },
  {
    name: "checkpoint",
    words: [],
    summary: "let hook calls start from a process that is ready",
    description: [
      "Starts hookvisor, lets it make some hook calls of its own, and keeps that process's memory in " +
      "/run/hookvisor/checkpoint. A hook call of root's then goes on from there instead of starting anew, which takes " +
      "a fraction of the time. The first hook call after a boot or an update has this done in the background, so there " +
      "is no need to call it. Calls do without where there is none or it does not fit the machine any more.",
      "With checkpoint: false in config.yaml none is taken, and one that is there is removed.",
    ],
    exitCodes: [[0, "hook calls start from a checkpoint, or it is removed"], [1, "none can be taken here"]],
    examples: [["hookvisor checkpoint", "now, instead of after the next hook call"]],
    options: {
      "if-needed": { summary: "only when hook calls do not start from one already" },
      remove: { summary: "remove it; the next hook call has another one taken" },
      show: { summary: "print what it holds: steps, mappings, sizes, age, program" },
      json: { summary: "with --show: as JSON" },
    },
    load: () => import("./checkpoint.ts"),
  },
  {
    name: "hook",
    words: [
      { name: "DRIVER", kind: ["daemon", "qemu", "lxc", "libxl", "network", "bhyve"] },
      { name: "OBJECT", kind: "text" },
      { name: "OPERATION", kind: "text" },
      { name: "SUB-OPERATION", kind: "text" },
      { name: "EXTRA", kind: "text" },
    ],
    summary: "answer one hook call, as a link in libvirt's hooks directory does",
    description: [
      "Does what /etc/libvirt/hooks/DRIVER does when it is a link to hookvisor, with the XML that libvirt would give " +
      "on standard input. Handlers are really run. Options come before DRIVER; what follows it is taken as it is.",
    ],
    exitCodes: [[0, "libvirt goes on"], [
      1,
      "libvirt gives the operation up and shows what is on standard error",
    ]],
    examples: [[
      "hookvisor hook qemu win11 prepare begin - < win11.xml",
      "what libvirt does before it starts win11",
    ]],
    options: {
      background: {
        value: "HANDLER",
        kind: "handler",
        summary: "run only this handler, as one in the background",
      },
      of: { value: "ID", kind: "record", summary: "with --background: the call that started it" },
      caller: { value: "NAME", summary: "with --background: the process that made that call" },
    },
    raw: true,
    load: () => import("./hook.ts"),
  },
  {
    name: "watch",
    words: [],
    summary: "run handlers for the events that libvirt calls no hook for, until it is stopped",
    description: [
      "Connects to libvirt's daemons and runs handlers for events of guests: crashed, rebooted, watchdog, io-error and " +
      "more; docs/watch.md has them all. Each event's handlers run in a process of their own, as those of a hook call " +
      "do: in order for a guest, several guests side by side. Nothing that they do has an effect on libvirt.",
      "It asks only for what handlers are for, and sees at once when they change. While a daemon is not there it waits, " +
      "connects anew, and compares: what became of guests meanwhile comes with event.missed. Doubles are folded, and " +
      "too many at once are dropped; the records and metrics count both.",
      "It is meant to run as the service hookvisor-watch. A user's own hookvisor watch is for that user's own guests.",
    ],
    exitCodes: [[0, "never: it ends when it is stopped"], [1, "another one runs already"]],
    examples: [[
      "hookvisor watch",
      "in a terminal, to see it work; systemctl enable --now hookvisor-watch starts the service",
    ]],
    options: {},
    load: () => import("./watch.ts"),
  },
  {
    name: "metrics",
    words: [],
    summary: "print figures for Prometheus",
    description: [
      "Counts the records and prints Prometheus's text format, for the textfile collector of node_exporter: hook calls " +
      "by driver, operation and verdict, how long they took, failures of handlers by cause, when each operation was " +
      "last called and last failed, and how many handlers can be used.",
      "Counts begin again when the oldest records are dropped; rate() and increase() take that for a restart.",
    ],
    exitCodes: [[0, "printed or written"], [1, "the file could not be written"]],
    examples: [[
      "hookvisor metrics --output /var/lib/prometheus/node-exporter/hookvisor.prom",
      "in a timer, every minute; the file is replaced as a whole",
    ]],
    options: {
      output: { value: "FILE", kind: "file", summary: "write this file instead of printing" },
      quiet: { summary: "say nothing when the file is written" },
    },
    load: () => import("./metrics.ts"),
  },
  {
    name: "completion",
    words: [{ name: "SHELL", kind: ["bash", "zsh", "fish"], optional: true }],
    summary: "print a script that completes hookvisor's command lines in bash, zsh or fish",
    description: [
      "Prints a completion script for a shell. It completes commands, options, handlers, operations, and the guests, " +
      "networks and IDs that the records tell of. libvirt is not asked.",
    ],
    exitCodes: [[0, "printed"]],
    examples: [
      [
        "hookvisor completion bash > /usr/share/bash-completion/completions/hookvisor",
        "for all users of bash",
      ],
      ["hookvisor completion zsh > /usr/share/zsh/site-functions/_hookvisor", "for all users of zsh"],
      [
        "hookvisor completion fish > /usr/share/fish/vendor_completions.d/hookvisor.fish",
        "for all users of fish",
      ],
    ],
    options: {
      words: {
        value: "KIND",
        kind: ["handler", "guest", "network", "operation", "record", "command"],
        summary: "print the words of one kind, as the scripts ask for them",
      },
    },
    load: () => import("./completion.ts"),
  },
  {
    name: "man",
    words: [{ name: "COMMAND", kind: "command", optional: true }],
    summary: "print a manual page, or write all of them",
    description: [
      "Prints the manual page of hookvisor, or of one command, as man(1) wants it. With --output all pages are written " +
      "into a directory, for a package.",
    ],
    exitCodes: [[0, "printed or written"], [1, "a file could not be written"]],
    examples: [
      ["hookvisor man check | man -l -", "reads the page about check"],
      ["hookvisor man --output /usr/share/man/man8", "puts all pages where man finds them"],
    ],
    options: {
      output: { value: "DIR", kind: "directory", summary: "write all pages into this directory" },
      quiet: { summary: "say nothing when they are written" },
    },
    load: () => import("./man.ts"),
  },
  {
    name: "version",
    words: [],
    summary: "print the version",
    description: ["Prints the versions of hookvisor and of what it is made with."],
    exitCodes: [[0, "always"]],
    examples: [["hookvisor version", "also: hookvisor --version"]],
    options: { json: { summary: "print one JSON document" } },
    load: () => import("./version.ts"),
  },
];
