// Longer than other files: it is a table with one row for each command, and nothing else.
import type { AdminCommand } from "./command.ts";
import { RECIPE_NAMES } from "./recipe_names.ts";

/** The command table: parsing, usage, help, completions and man pages are made from it. In the order of the help. */
export const COMMANDS: readonly AdminCommand[] = [
  {
    name: "install",
    words: [],
    summary: "make libvirt call hookvisor: create links in its hooks directory",
    description: [
      "Creates a symbolic link to hookvisor for each driver that a handler names, and for daemon, whose start undoes " +
      "changes that were left behind. With libvirt 6.5.0 or later the link is 50-hookvisor in DRIVER.d, beside any " +
      "existing script; with older versions it is the hook DRIVER itself. install never changes a file that hookvisor " +
      "did not create, and a second install changes nothing. It points a link to another hookvisor, or to a missing " +
      "one, to this program.",
      "It creates no link that would do harm: if AppArmor's profile of a running daemon denies this program, every " +
      "guest would fail to start. It then prints what to do instead.",
      "The hooks directory is /etc/libvirt/hooks, /usr/local/etc/libvirt/hooks for a libvirt built from source, or " +
      "/var/lib/libvirt/hooks on NixOS.",
      "A running daemon looks for a driver's first hook when it starts and when it reloads. install prints which " +
      "daemon needs a reload; with --reload it reloads the daemon (SIGHUP) and waits for the call that shows that the " +
      "daemon has found the hook. A reload does not affect running guests.",
    ],
    exitCodes: [[0, "every link exists"], [
      1,
      "a link could not be created or would do harm, or a reloaded daemon did not call it",
    ]],
    examples: [
      ["hookvisor install", "after the first handler is in place"],
      ["hookvisor install --all --destdir /tmp/pkg --program /usr/bin/hookvisor", "in a package's build"],
    ],
    options: {
      "hooks-dir": {
        value: "DIR",
        kind: "directory",
        summary: "libvirt's hooks directory, where hookvisor cannot detect it",
      },
      destdir: { value: "DIR", kind: "directory", summary: "prefix every path with DIR: for packages" },
      program: {
        value: "FILE",
        kind: "file",
        summary: "what links point to (default: the running program)",
      },
      driver: { value: "DRIVER,...", summary: "for these drivers: daemon, qemu, lxc, libxl, network, bhyve" },
      all: { summary: "for all drivers" },
      place: { value: "d|main", kind: ["d", "main"], summary: "in DRIVER.d, or as the hook DRIVER itself" },
      existing: {
        summary:
          "only for drivers that have a link to hookvisor, even a dangling one; --reload then reloads their daemons",
      },
      reload: { summary: "reload the daemons that need it, and wait until they call the hook" },
      force: { summary: "create links although AppArmor denies this program, or on NixOS" },
      "dry-run": { summary: "print what would be done, and do nothing" },
      quiet: { summary: "print only changes and errors" },
      json: { summary: "print one JSON document" },
    },
    load: () => import("./install.ts"),
  },
  {
    name: "adopt",
    words: [],
    summary: "convert existing hook scripts to handlers, without changing them",
    description: [
      "Reads libvirt's hooks directory: scripts, trees of scripts that VFIO-Tools' dispatcher runs, and " +
      "hooks.json of libvirt-hook-qemu. Prints what each does in libvirt's terms and what is wrong with it, and writes the " +
      "handler that runs it: with a deadline, in the record, and with a reason when it fails.",
      "Moves a script to scripts/ beside the handlers, so that libvirt does not run it as well; a tree stays in place, " +
      "and its dispatcher moves. What libvirt cannot run (no #!, empty, not executable) or root should not run (writable " +
      "by others) stays unchanged, and adopt prints what to do. Run it with --dry-run first.",
    ],
    exitCodes: [[0, "everything was taken over, or no script exists"], [1, "something was not changed"]],
    examples: [
      [
        "hookvisor adopt --dry-run",
        "lists the scripts, what is wrong with them, and what would happen to them",
      ],
      ["hookvisor adopt", "writes the handlers and moves the scripts"],
    ],
    options: {
      "hooks-dir": {
        value: "DIR",
        kind: "directory",
        summary: "libvirt's hooks directory, where hookvisor cannot detect it",
      },
      "dry-run": { summary: "print what would be done, and do nothing" },
      json: { summary: "print one JSON document" },
    },
    load: () => import("./adopt.ts"),
  },
  {
    name: "uninstall",
    words: [],
    summary: "remove the links that install created",
    description: [
      "Removes every link to hookvisor from libvirt's hooks directory, including dangling links and links to another " +
      "hookvisor, the empty directories that install created there, and the checkpoint. Handlers, configuration and " +
      "records stay. libvirt notices at once. A copy of hookvisor in place of a link stays, and is reported.",
    ],
    exitCodes: [[0, "no link remains"], [1, "a link could not be removed, or a copy of hookvisor remains"]],
    examples: [["hookvisor uninstall --dry-run", "shows which links exist"]],
    options: {
      "hooks-dir": {
        value: "DIR",
        kind: "directory",
        summary: "libvirt's hooks directory, where hookvisor cannot detect it",
      },
      destdir: { value: "DIR", kind: "directory", summary: "prefix every path with DIR: for packages" },
      program: {
        value: "FILE",
        kind: "file",
        summary: "what links point to (default: the running program)",
      },
      driver: { value: "DRIVER,...", summary: "for these drivers: daemon, qemu, lxc, libxl, network, bhyve" },
      "dry-run": { summary: "print what would be done, and do nothing" },
      json: { summary: "print one JSON document" },
    },
    load: () => import("./uninstall.ts"),
  },
  {
    name: "check",
    words: [{ name: "FILE", kind: "file", optional: true, many: true }],
    summary: "find every problem in config.yaml and the handlers, and show what each may do",
    description: [
      "Reads config.yaml and all handlers, or only the handlers named as FILE, wherever they are, and reports every " +
      "problem at once: the place, the line, and what to do. Then it prints a table of what each handler may do.",
      "Besides errors, it warns of what is allowed but unwise: a shell or an interpreter among the commands, a rule " +
      "that lets systemctl do anything, writing anywhere below /etc, a handler that can never run, a timeout longer " +
      "than the operation's; calls that do not exist, and calls that no rule in the manifest allows. It runs nothing and changes nothing.",
    ],
    exitCodes: [[0, "no error"], [1, "at least one error; with --strict, one warning is enough"]],
    examples: [
      ["hookvisor check", "checks what libvirt's next hook call would use"],
      [
        "hookvisor check --strict ./20-vfio.js",
        "checks one file before it is installed, for example in CI",
      ],
    ],
    options: {
      strict: { summary: "warnings count as errors" },
      json: { summary: "print one JSON document" },
      quiet: { summary: "omit the table of what handlers may do" },
    },
    load: () => import("./check.ts"),
  },
  {
    name: "list",
    words: [],
    summary: "list the handlers in the order they run",
    description: [
      "Lists all handlers in the order they run (on teardown operations in reverse), with their state, the operations " +
      "they name, and their description.",
    ],
    exitCodes: [[0, "every handler is valid"], [1, 'at least one is not; "hookvisor check" says why']],
    examples: [["hookvisor list", "the handlers in /etc/hookvisor/handlers"]],
    options: { json: { summary: "print one JSON document" } },
    load: () => import("./list.ts"),
  },
  {
    name: "show",
    words: [{ name: "NAME", kind: "handler" }],
    summary: "show one handler: when it runs, what it may do, its options and its timeouts",
    description: [
      "Shows one handler as a hook call would use it: its manifest with the defaults filled in, its options with what " +
      "config.yaml sets, and for each of its operations the timeout and what a failure does.",
    ],
    exitCodes: [[0, "the handler is valid"], [1, "it is invalid, or it does not exist"]],
    examples: [["hookvisor show 20-vfio", "everything about 20-vfio.js"]],
    options: {
      source: { summary: "print the file instead" },
      json: { summary: "print one JSON document" },
    },
    load: () => import("./show.ts"),
  },
  {
    name: "new",
    words: [{ name: "NAME", kind: "text", optional: true }],
    summary: "create a new handler from a recipe",
    description: [
      "Writes a new handler, owned by root and readable by all, without asking. NAME may begin with two digits " +
      "that set the order, as in 20-vfio; without them it becomes 50-NAME. An existing file is never changed.",
      `Recipes, which --list shows with a line each: ${RECIPE_NAMES.join(", ")}.`,
    ],
    exitCodes: [[0, "the file was written, or --list or --print did what they say"], [
      1,
      "it could not be written, or already exists",
    ]],
    examples: [
      ["hookvisor new 20-vfio --recipe vfio-guard", "refuses guests whose PCI devices are still in use"],
      ["hookvisor new hello --on qemu/started", "an empty handler, 50-hello.js, for one operation"],
      ["hookvisor new --list", "all recipes, and what each is for"],
    ],
    options: {
      list: { summary: "show the recipes, one line each" },
      recipe: { value: "RECIPE", kind: RECIPE_NAMES, summary: "the recipe to start from (default empty)" },
      on: {
        value: "DRIVER/OPERATION",
        kind: "operation",
        summary: "the operation it names, instead of the recipe's",
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
      "Writes handler.d.ts, which describes everything a handler can see and do, into the handlers' directory. hookvisor " +
      "ignores files there that do not end in .js. Run it again after an upgrade.",
    ],
    exitCodes: [[0, "the file exists and is current"], [1, "it could not be written"]],
    examples: [["hookvisor types", "writes /etc/hookvisor/handlers/handler.d.ts"]],
    options: { print: { summary: "print it instead of writing a file" } },
    load: () => import("./types.ts"),
  },
  {
    name: "run",
    words: [{ name: "DRIVER/OPERATION", kind: "operation" }],
    summary: "play one hook call now and show its timeline",
    description: [
      "Plays one hook call in this process, with the same handlers, configuration and code that answer libvirt, and " +
      "prints what happened: the handlers that ran and why others did not, every call they made with its duration and " +
      "result, the verdict, and what libvirt would do with it. It never calls libvirt, and only what handlers do can " +
      "affect a guest.",
      "Handlers really run: without --dry-run, commands and writes happen. With --dry-run, reads are real, every command " +
      "succeeds without output, and everything that was not done is listed. With --root, hookvisor resolves every path " +
      "that a handler uses below DIR, including symbolic links; commands still run on this host.",
      "A call that ends a guest also undoes its changes, unless the guest is running. In a dry run, a handler that waits " +
      "for the effect of a command waits in vain.",
      "The XML is the file given with --xml, otherwise that of the newest call stored for this guest and operation " +
      "(record: true in config.yaml stores calls), otherwise a small generated sample.",
    ],
    exitCodes: [[0, "no handler failed"], [
      1,
      "a handler failed, whether or not libvirt would abort the operation",
    ]],
    examples: [
      ["hookvisor run qemu/prepare --guest win11 --dry-run", "what would happen if win11 were started now"],
      ["hookvisor run qemu/release --xml win11.xml --root /tmp/host", "against a copy of /sys in /tmp/host"],
    ],
    options: {
      guest: { value: "NAME", kind: "guest", summary: "the guest; for a network's port, its owner" },
      network: { value: "NAME", kind: "network", summary: "the network" },
      xml: { value: "FILE", kind: "file", summary: "the XML that libvirt would write; - for standard input" },
      sample: { summary: "generate a sample even if a real call is stored" },
      "sub-operation": { value: "WORD", kind: ["begin", "end", "-"], summary: "libvirt's third argument" },
      extra: {
        value: "WORD",
        summary:
          "libvirt's fourth argument: for release, why the guest ended; for an event its fields, in JSON",
      },
      handler: { value: "NAME", kind: "handler", summary: "play this handler only" },
      "dry-run": { summary: "change nothing: check and list commands and writes instead" },
      root: {
        value: "DIR",
        kind: "directory",
        summary: "resolve handlers' paths below DIR, a copy of /sys and the like",
      },
      log: { summary: "write a record to events.jsonl, as a real call does" },
      json: { summary: "print one JSON document" },
    },
    load: () => import("./run.ts"),
  },
  {
    name: "replay",
    words: [{ name: "ID", kind: "record", optional: true }],
    summary: "play a hook call that libvirt made again",
    description: [
      "Plays a call that libvirt made, by default the newest, as run does. With record: true in config.yaml, hookvisor " +
      "stores calls in calls/ of the log directory, readable by root only, with secrets in the XML masked.",
    ],
    exitCodes: [[0, "no handler failed"], [1, "a handler failed, or no such call is stored"]],
    examples: [
      ["hookvisor replay --dry-run", "what the newest call would do with today's handlers"],
      ["hookvisor replay --list", "the stored calls, newest last"],
    ],
    options: {
      list: { summary: "list the stored calls" },
      guest: { value: "NAME", kind: "guest", summary: "the newest call for this guest or network" },
      handler: { value: "NAME", kind: "handler", summary: "play this handler only" },
      "dry-run": { summary: "change nothing: check and list commands and writes instead" },
      root: {
        value: "DIR",
        kind: "directory",
        summary: "resolve handlers' paths below DIR, a copy of /sys and the like",
      },
      log: { summary: "write a record to events.jsonl, as a real call does" },
      json: { summary: "print one JSON document" },
    },
    load: () => import("./replay.ts"),
  },
  {
    name: "undo",
    words: [{ name: "GUEST", kind: "guest", optional: true }],
    summary: "undo what guests have changed on this host, or list it",
    description: [
      "Undoes, last first, what handlers set with host.fs.set and host.undo for GUEST (win11, or qemu/win11 where the " +
      "name is ambiguous), whether or not it is running. A step that fails is kept and tried again next time; the rest " +
      "continue. Without GUEST: for all guests whose process is gone, and what failed before.",
      "hookvisor does this automatically when a guest is released, when its start is aborted, and, for guests that are " +
      "gone, when libvirt's daemon starts. --list changes nothing.",
    ],
    exitCodes: [[0, "everything was undone, or nothing was held"], [
      1,
      "at least one step failed and is kept",
    ]],
    examples: [
      ["hookvisor undo --list", "what is held, by which guest, since when, the old value and the new"],
      ["hookvisor undo win11", "undoes what win11 has changed"],
    ],
    options: {
      list: { summary: "only list what is held; with GUEST, by that guest" },
      forget: { value: "NO", summary: "drop one held change, by its number in the list, without undoing it" },
      json: { summary: "print one JSON document" },
    },
    load: () => import("./undo.ts"),
  },
  {
    name: "approve",
    words: [{ name: "NAME", kind: "handler" }],
    summary: "allow a handler to run in its current version, where the policy requires approval",
    description: [
      "Records a handler's text and its SHA-256 in /etc/hookvisor/approvals. With policy: {approval: required} in " +
      "config.yaml only approved handlers run; any change to the file withdraws the approval, and until it is given " +
      "again the handler counts as failed. Shows what the handler may do.",
    ],
    exitCodes: [[0, "the handler is approved"], [1, "the handler does not exist, or is invalid"]],
    examples: [
      ["hookvisor approve 20-vfio", "approves the current 20-vfio.js"],
      ["hookvisor approve --withdraw 20-vfio", "withdraws the approval"],
    ],
    options: {
      withdraw: { summary: "withdraw the approval" },
      json: { summary: "print one JSON document" },
    },
    load: () => import("./approve.ts"),
  },
  {
    name: "diff",
    words: [{ name: "NAME", kind: "handler" }],
    summary: "show what changed in a handler since it was approved: first what it may do, then the text",
    description: [
      "Compares a handler with its approved version: first what it may do and when it runs, line by line, then the text.",
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
    summary: "show past hook calls and their results",
    description: [
      "Shows the last 50 hook calls, the newest last: when, which guest or network, the operation, the handlers that " +
      "ran, how long it took, the verdict, and why something failed. Options select calls that match all of them. It " +
      "reads events.jsonl and its rotated files.",
      '"history show ID" prints the whole timeline of one call; "history show last" that of the newest, which the ' +
      "same options can select.",
      "Times are local; the records themselves, and --json, use UTC.",
    ],
    exitCodes: [[0, "even if no call matches"], [1, "no call has that ID, or the records may not be read"]],
    examples: [
      ["hookvisor history --guest win11 --failed --since 7d", "what went wrong with win11 this week"],
      ["hookvisor history show last --guest win11", "why win11 did not start just now"],
      ["hookvisor history --follow", "prints calls as they arrive, until interrupted"],
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
      handler: { value: "NAME", kind: "handler", summary: "only calls that ran this handler" },
      failed: { summary: "only calls in which something failed" },
      since: {
        value: "WHEN",
        summary: "only calls since then: 2h, 30m, 7d, or 2026-11-23, or 2026-11-23T06:30",
      },
      number: { value: "N", summary: "show the last N calls, or all (default 50); also -n N" },
      follow: { summary: "keep printing calls as they arrive; also -f" },
      json: { summary: "print the records, one JSON document a line" },
    },
    load: () => import("./history.ts"),
  },
  {
    name: "doctor",
    words: [],
    summary: "check everything hookvisor needs, and say how to fix what is wrong",
    description: [
      "Checks libvirt's version and daemons, the hooks directory and its links, whether the running daemons know them, " +
      "other hook scripts, owners and modes, AppArmor and SELinux, the handlers and what their rules name, what guests " +
      "that are gone have left behind, the disk, journald and the C library. Each line names the check and its result: " +
      "ok, note (something to know), warn or fail, and what to do.",
      "It changes nothing and never calls libvirt, which may itself be waiting for a hook.",
    ],
    exitCodes: [[0, "nothing worse than a note"], [1, "the worst is a warning"], [2, "something failed"]],
    examples: [["hookvisor doctor --quiet", "only problems, for a cron job"]],
    options: {
      "hooks-dir": {
        value: "DIR",
        kind: "directory",
        summary: "libvirt's hooks directory, where hookvisor cannot detect it",
      },
      quiet: { summary: "print only problems" },
      json: { summary: "print one JSON document" },
    },
    load: () => import("./doctor.ts"),
  },
  {
    name: "checkpoint",
    words: [],
    summary: "create the checkpoint from which hook calls start",
    description: [
      "Starts hookvisor, runs some rehearsal hook calls in it, and saves that process's memory in " +
      "/run/hookvisor/checkpoint. A hook call run as root then continues from there instead of starting anew, which " +
      "takes a fraction of the time. After each boot or update, the first hook call run as root creates the checkpoint " +
      "in the background, so you need not run this command. Calls start plainly while no checkpoint exists or it does " +
      "not match the machine.",
      "With checkpoint: false in config.yaml hookvisor creates none, and removes an existing one.",
    ],
    exitCodes: [[0, "hook calls start from a checkpoint, or it was removed"], [
      1,
      "this host cannot create one",
    ]],
    examples: [["hookvisor checkpoint", "creates it now, instead of after the next hook call"]],
    options: {
      "if-needed": { summary: "only if hook calls do not already start from one" },
      remove: { summary: "remove it; the next hook call creates another one" },
      show: { summary: "print its contents: steps, mappings, sizes, age, program" },
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
      "Does what /etc/libvirt/hooks/DRIVER does when it is a link to hookvisor, and reads the XML that libvirt would " +
      "write from standard input. Handlers really run. Options must precede DRIVER.",
    ],
    exitCodes: [[0, "libvirt continues"], [
      1,
      "libvirt aborts the operation and shows standard error",
    ]],
    examples: [[
      "hookvisor hook qemu win11 prepare begin - < win11.xml",
      "what libvirt runs before it starts win11",
    ]],
    options: {
      background: {
        value: "HANDLER",
        kind: "handler",
        summary: "run only this handler, in the background",
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
    summary: "run handlers for events for which libvirt calls no hook, until it is stopped",
    description: [
      "Connects to libvirt's daemons and runs handlers for events of guests: crashed, rebooted, watchdog, io-error and " +
      "more; docs/watch.md lists them all. Each event's handlers run in a separate process, as those of a hook call " +
      "do: in order for one guest, in parallel for several guests. They have no effect on libvirt.",
      "It subscribes only to events that a handler names, and notices at once when handlers change. While a daemon is down it waits, " +
      "reconnects, and compares: handlers get what happened meanwhile with event.missed. It folds duplicates and " +
      "drops events when too many arrive at once; the records and metrics count both.",
      "It is meant to run as the service hookvisor-watch. A user's own hookvisor watch is for that user's own guests.",
    ],
    exitCodes: [[0, "it was stopped"], [1, "another one is already running"]],
    examples: [[
      "hookvisor watch",
      "in a terminal, to watch it work; systemctl enable --now hookvisor-watch starts the service",
    ]],
    options: {},
    load: () => import("./watch.ts"),
  },
  {
    name: "metrics",
    words: [],
    summary: "print metrics for Prometheus",
    description: [
      "Counts the records and prints Prometheus's text format, for the textfile collector of node_exporter: hook calls " +
      "by driver, operation and verdict, how long they took, failures of handlers by cause, when each operation was " +
      "last called and last failed, and how many handlers are valid.",
      "Counts reset when the oldest records are dropped; rate() and increase() treat that as a restart.",
    ],
    exitCodes: [[0, "printed or written"], [1, "the file could not be written"]],
    examples: [[
      "hookvisor metrics --output /var/lib/prometheus/node-exporter/hookvisor.prom",
      "in a timer, every minute; the file is replaced atomically",
    ]],
    options: {
      output: { value: "FILE", kind: "file", summary: "write this file instead of printing" },
      quiet: { summary: "print nothing when the file was written" },
    },
    load: () => import("./metrics.ts"),
  },
  {
    name: "completion",
    words: [{ name: "SHELL", kind: ["bash", "zsh", "fish"], optional: true }],
    summary: "print a script that completes hookvisor's command lines in bash, zsh or fish",
    description: [
      "Prints a completion script for a shell. It completes commands, options, handlers, operations, and the guests, " +
      "networks and IDs in the records. It never asks libvirt.",
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
        summary: "print the words of one kind, for the completion scripts",
      },
    },
    load: () => import("./completion.ts"),
  },
  {
    name: "man",
    words: [{ name: "COMMAND", kind: "command", optional: true }],
    summary: "print a manual page, or write all of them",
    description: [
      "Prints the manual page of hookvisor, or of one command, in the format of man(1). With --output it writes all pages " +
      "into a directory, for a package.",
    ],
    exitCodes: [[0, "printed or written"], [1, "a file could not be written"]],
    examples: [
      ["hookvisor man check | man -l -", "reads the page about check"],
      ["hookvisor man --output /usr/share/man/man8", "writes all pages where man finds them"],
    ],
    options: {
      output: { value: "DIR", kind: "directory", summary: "write all pages into this directory" },
      quiet: { summary: "print nothing when they were written" },
    },
    load: () => import("./man.ts"),
  },
  {
    name: "version",
    words: [],
    summary: "print the version",
    description: ["Prints the versions of hookvisor and its components."],
    exitCodes: [[0, "always"]],
    examples: [["hookvisor version", "also: hookvisor --version"]],
    options: { json: { summary: "print one JSON document" } },
    load: () => import("./version.ts"),
  },
];
