// The guest's side of the bridge, run in every engine before the handler.
//
// It runs inside the sandbox and is not part of its walls: whatever a handler
// does to it, the host checks each request on its own. It gets one function,
// `call(text) -> text`, which it first asks for the names of the host's calls
// (src/capability/host_calls.ts), and gives one back, `enter(what, value)`, by
// which the host starts the handler and settles what was pending.
(function (call) {
  "use strict";
  // It would count from the moment the engine's image was made.
  delete globalThis.performance;
  const { parse, stringify } = JSON;
  const { freeze, defineProperty } = Object;
  const now = Date.now;
  const pending = new Map();
  // Calls that have not succeeded and whose promise nobody has looked at yet.
  const unseen = new Set();
  let nextId = 1;
  let open = 0;
  let answer;

  class HostError extends Error {
    constructor(what) {
      super("");
      defineProperty(this, "call", { value: what });
    }
  }
  defineProperty(HostError.prototype, "name", { value: "HostError", writable: true, configurable: true });

  // A promise that knows whether somebody waits for it, so that a failed call
  // without `await` is not lost. `await` reaches `then` because the
  // constructor differs from Promise.
  class HostPromise extends Promise {
    then(done, failed) {
      unseen.delete(this);
      return super.then(done, failed);
    }
    static get [Symbol.species]() {
      return Promise;
    }
  }

  function fill(error, told) {
    error.message = told.message;
    error.name = told.name;
    for (const key of ["code", "result"]) if (told[key] !== undefined) error[key] = told[key];
    return error;
  }

  function ask(what, args) {
    const told = parse(call(stringify({ call: what, args }) ?? "null"));
    if (told.error) throw fill(new HostError(what), told.error);
    return told.value;
  }

  // What a dry run did not run: whoever looks at what it said goes by something that is not known.
  function notRun({ played, ...result }) {
    let told = false;
    for (const key of played.keys) {
      const value = result[key];
      defineProperty(result, key, {
        enumerable: true,
        configurable: true,
        get() {
          if (!told) ask("exec.played", [played.command]);
          told = true;
          return value;
        },
      });
    }
    return result;
  }

  // Made where the handler calls, so that the error shows the handler's line.
  function askLater(what, args) {
    const site = new HostError(what);
    const id = nextId++;
    let settle;
    const promise = new HostPromise((resolve, reject) => {
      settle = (told) => {
        open--;
        if (!told.error) {
          unseen.delete(promise);
          return resolve(told.value?.played === undefined ? told.value : notRun(told.value));
        }
        reject(fill(site, told.error));
      };
    });
    defineProperty(promise, "error", { get: () => site });
    unseen.add(promise);
    open++;
    let told;
    try {
      told = parse(call(stringify({ call: what, id, args })));
    } catch (error) {
      told = { error: { name: "TypeError", message: `host.${what}: ${error?.message}` } };
    }
    if (told.pending) pending.set(id, settle);
    else settle(told);
    return promise;
  }

  const names = parse(call(stringify({ call: "names" })));
  const calls = {};
  const add = (name, method) => {
    const path = name.split(".");
    const last = path.pop();
    let place = calls;
    for (const part of path) place = place[part] ??= {};
    place[last] = method;
  };
  for (const name of names.promises) add(name, (...args) => askLater(name, args));
  // Fields of `event` that were looked at are fetched again after an edit of the XML.
  let edits = 0;
  for (const name of names.values) {
    const isEdit = name.startsWith("xml.");
    add(name, (...args) => {
      const value = ask(name, args);
      if (isEdit) edits++;
      return value;
    });
  }
  const freezeAll = (object) => {
    for (const one of Object.values(object)) if (typeof one === "object") freezeAll(one);
    return freeze(object);
  };
  freezeAll(calls);

  async function waitFor(condition, { every = 200, timeout = Infinity } = {}) {
    if (typeof condition !== "function") {
      throw new TypeError("host.waitFor: the first argument must be a function");
    }
    const site = new HostError("waitFor");
    const end = now() + timeout;
    for (;;) {
      const value = await condition();
      if (value) return value;
      if (now() >= end) {
        throw fill(site, { name: "TimeoutError", message: `host.waitFor: not true after ${timeout} ms` });
      }
      await calls.sleep(Math.max(1, Math.min(every, end - now())));
    }
  }

  async function lock(name, act) {
    if (typeof act !== "function") throw new TypeError("host.lock: the second argument must be a function");
    const id = await askLater("lock.take", [name]);
    try {
      return await act();
    } finally {
      ask("lock.free", [id]);
    }
  }

  const LEVELS = ["debug", "info", "warn", "error"];
  const logAt = (level) => (message, fields) => ask("log", [level, message, fields]);
  const log = logAt("info");
  for (const level of LEVELS) log[level] = logAt(level);
  freeze(log);

  // What many write out of habit goes to the record, like host.log.
  const printed = (value) =>
    typeof value === "string"
      ? value
      : (text(() => value instanceof Error ? value : stringify(value)) ?? text(() => value) ?? "");
  const consoleAt = (level) => (...values) => ask("log", [level, values.map(printed).join(" ")]);
  globalThis.console = freeze({
    ...Object.fromEntries(LEVELS.map((level) => [level, consoleAt(level)])),
    log: consoleAt("info"),
    trace: consoleAt("debug"),
  });

  function makeHost(start) {
    const guest = { name: start.event.name };
    lazy(guest, "uuid", () => ask("event.uuid", []));
    return freeze({ ...calls, lock, waitFor, log, options: start.options, guest });
  }

  // Fetched when first looked at, and again after an edit of the XML.
  function lazy(object, name, get) {
    let seen = -1;
    let value;
    defineProperty(object, name, {
      enumerable: true,
      configurable: true,
      get() {
        if (seen !== edits) {
          value = get();
          seen = edits;
        }
        return value;
      },
      set(own) {
        defineProperty(object, name, { value: own, enumerable: true, configurable: true, writable: true });
      },
    });
  }

  function makeEvent(start) {
    const event = { ...start.event };
    for (const name of names.fields) {
      lazy(event, name, () => model(name, ask("event." + name, []) ?? undefined));
    }
    return event;
  }

  // Read when it is looked at for the first time, and then an ordinary property.
  function later(object, name, get) {
    const put = (value) =>
      defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
    defineProperty(object, name, {
      enumerable: true,
      configurable: true,
      get() {
        const value = get();
        put(value);
        return value;
      },
      set: put,
    });
  }

  // Members of all sets of CPUs that one handler looks at: an owner may write `0-16383` for each of as many CPUs.
  let cpusLeft = 1_000_000;
  const MOST_CPUS = 16_384;

  function cpusOf(text) {
    const isIn = new Uint8Array(MOST_CPUS);
    for (const part of text.split(",")) {
      const [from, to = from] = part.replace("^", "").split("-").map(Number);
      isIn.fill(part.includes("^") ? 0 : 1, from, to + 1);
    }
    const cpus = [];
    for (let cpu = isIn.indexOf(1); cpu >= 0; cpu = isIn.indexOf(1, cpu + 1)) cpus.push(cpu);
    cpusLeft -= cpus.length;
    if (cpusLeft >= 0) return cpus;
    throw fill(new HostError("event.domain"), {
      name: "HookDataError",
      message:
        "event.domain: the sets of CPUs this handler looked at have more than a million members in all: read their text",
    });
  }

  // Where a field of the domain holds sets of CPUs; nothing else in it is read later.
  const CPU_SETS = {
    vcpuCpuset: (set) => [set],
    cputune: ({ pins, emulatorPin, iothreadPins }) => [...pins, emulatorPin, ...iothreadPins],
    memoryBacking: ({ hugepages = [] }) => hugepages.map(({ nodeset }) => nodeset),
    numatune: ({ nodeset }) => [nodeset],
  };

  function field(part, name) {
    const value = ask("event." + part, [name]) ?? undefined;
    for (const set of CPU_SETS[name]?.(value) ?? []) {
      if (set !== undefined) later(set, "cpuset" in set ? "cpuset" : "cpus", () => cpusOf(set.text));
    }
    return value;
  }

  // `find` and its like are no part of what is printed or compared. A field that is null is read later.
  function model(part, data) {
    if (data === null || typeof data !== "object") return data;
    for (const name in data) if (data[name] === null) later(data, name, () => field(part, name));
    const queries = {
      find: (path, namespaces) => ask("xml.find", [part, path, namespaces, false]) ?? undefined,
      findAll: (path, namespaces) => ask("xml.find", [part, path, namespaces, true]),
    };
    if (part !== "port") {
      queries.metadata = (namespace) => ask("xml.metadata", [part, namespace]) ?? undefined;
    }
    for (const name in queries) defineProperty(data, name, { value: queries[name] });
    return data;
  }

  const text = (get) => {
    try {
      const value = get();
      return value === undefined ? undefined : `${value}`.slice(0, 4096);
    } catch {
      return undefined;
    }
  };

  // Any value can be thrown, with getters that throw again.
  function describe(thrown) {
    // What QuickJS throws when there is no room for the error that says so.
    if (thrown === null) {
      return { name: "", message: "it threw null, as the engine does when its memory is full" };
    }
    const isError = typeof thrown === "object" && text(() => thrown.stack) !== undefined;
    if (!isError) {
      return {
        name: "",
        message: text(() => typeof thrown === "string" ? thrown : stringify(thrown)) ??
          "a value that cannot be shown",
      };
    }
    return {
      name: text(() => thrown.name) ?? "Error",
      message: text(() => thrown.message) ?? "",
      stack: text(() => thrown.stack) ?? "",
    };
  }

  function report(told) {
    call(stringify({ call: "end", args: [told] }));
  }

  // The handler has ended when its own promise is settled and every call it made has an answer.
  function finishIfOver() {
    if (answer === undefined || open > 0) return;
    const over = answer;
    answer = undefined;
    for (const promise of unseen) {
      over.error ??= { ...describe(promise.error), unseen: promise.error.call };
    }
    report(over);
  }

  function run(namespace, start) {
    const handler = namespace.default;
    if (typeof handler !== "function") {
      return report({
        error: { name: "", message: "it has no default export that is a function", stack: "" },
      });
    }
    const done = async () => {
      try {
        await handler(makeEvent(start), makeHost(start));
        answer = {};
      } catch (error) {
        // A rejected handler ends at once; what it left running is ended by the host.
        report({ error: describe(error) });
      }
    };
    done().then(finishIfOver);
  }

  function enter(what, value, more) {
    switch (what) {
      case "start": {
        const start = parse(more);
        import(value).then(
          (namespace) => run(namespace, start),
          (error) => report({ error: describe(error) }),
        );
        return;
      }
      case "settle": {
        const told = parse(value);
        const settle = pending.get(told.id);
        pending.delete(told.id);
        settle?.(told);
        return;
      }
      case "idle":
        return finishIfOver();
      case "describe":
        return stringify(describe(value));
    }
  }
  return enter;
});
