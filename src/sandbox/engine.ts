// Longer than other files: the engine's C interface and its imports belong to one class.
/**
 * QuickJS-ng in WebAssembly, with a thin glue of our own.
 *
 * The Wasm file is the one of the quickjs-emscripten project
 * (`@jitl/quickjs-ng-wasmfile-release-sync`), with full names for its imports and
 * exports and with a meter in every loop, both added by build/meter_wasm.ts. Its
 * C interface is described in that project's c/interface.c.
 *
 * Only text crosses the border: `call` passes a JSON text to the host and takes
 * one back. The host never reads anything else of the guest, because reading (a
 * getter, a `toString`) can run guest code.
 */
import type { EngineImage, Snapshot } from "./engine_image.ts";
import { giveBackMemory, INITIAL_BYTES, takeMemory } from "./engine_memory.ts";

/**
 * A pointer to a JSValue, owned by the caller of the function that returned it, unless that says otherwise.
 */
type Value = number;

interface Exports {
  fuel: { value: number };
  /** The C stack pointer, the only other global that changes. */
  global_0: { value: number };
  _initialize(): void;
  malloc(size: number): number;
  free(pointer: number): void;
  QTS_NewRuntime(): number;
  QTS_RuntimeSetMaxStackSize(runtime: number, bytes: number): void;
  QTS_RuntimeEnableInterruptHandler(runtime: number): void;
  QTS_NewContext(runtime: number, intrinsics: number): number;
  QTS_NewFunction(context: number, name: number, length: number, isConstructor: number, host: number): Value;
  QTS_NewString(context: number, text: number): Value;
  QTS_GetString(context: number, value: Value): number;
  QTS_GetLength(context: number, out: number, value: Value): number;
  QTS_FreeCString(context: number, text: number): void;
  QTS_Typeof(context: number, value: Value): number;
  QTS_GetUndefined(): Value;
  QTS_ArgvGetJSValueConstPointer(argv: number, index: number): Value;
  QTS_Eval(context: number, code: number, length: number, file: number, detect: number, flags: number): Value;
  QTS_Call(context: number, fn: Value, self: Value, argc: number, argv: number): Value;
  QTS_ResolveException(context: number, value: Value): Value;
  QTS_ExecutePendingJob(runtime: number, max: number, contextOut: number): Value;
  QTS_GetFloat64(context: number, value: Value): number;
  QTS_FreeValuePointer(context: number, value: Value): void;
}

/** The engine's requests to its host. None of the three may throw. */
export interface EngineHost {
  /** Answers a request of the guest; both are JSON texts. */
  call(request: string): string;
  /** Whether the guest must stop: called often while guest code runs. */
  shouldStop(): boolean;
}

/** Guest code that threw: a value, not an exception of ours. The text is JSON as the prelude's `describe` makes it. */
export interface GuestThrow {
  thrown: string;
}

/** The engine cannot be used again: out of memory, out of stack, or stopped inside a C built-in. */
export class EngineLost extends Error {
  override readonly name = "EngineLost";
}

/** Beyond this QuickJS throws a RangeError; V8's stack (flag --stack-size) must be larger. */
const GUEST_STACK_BYTES = 128 * 1024;
/** The longest text that the guest may pass, in UTF-16 code units. */
const MAX_REQUEST_LENGTH = 16 * 1024 * 1024;
/** Loop iterations in the engine's own machine code between two checks of the clock. */
const FUEL = 5_000_000;
const JOBS_AT_ONCE = 256;
// quickjs.h: JS_EVAL_TYPE_MODULE, and with it JS_EVAL_FLAG_COMPILE_ONLY.
const COMPILE_MODULE = 1 | (1 << 5);
const EVAL_SCRIPT = 0;
const HOST_CALL_ID = 1;

/** One QuickJS runtime with one context and its own memory. */
export class Engine {
  readonly #exports: Exports;
  readonly #memory: WebAssembly.Memory;
  #host: EngineHost;
  #runtime = 0;
  #context = 0;
  #out = 0;
  #enter: Value = 0;
  #lost: EngineLost | undefined;
  #isReleased = false;

  /** An instance without a runtime in it: `fresh` or `restored` gives it one. */
  private constructor(module: WebAssembly.Module, host: EngineHost) {
    this.#host = host;
    this.#memory = takeMemory();
    const instance = new WebAssembly.Instance(module, { env: this.#imports() });
    this.#exports = instance.exports as unknown as Exports;
  }

  /** An engine that starts from scratch: C's own set-up, a runtime, a context, the prelude. */
  static fresh(module: WebAssembly.Module, prelude: string, host: EngineHost): Engine {
    const engine = new Engine(module, host);
    engine.#setUp(prelude);
    return engine;
  }

  /** An engine in the state of another one right after its set-up: the same, but faster. */
  static restored(module: WebAssembly.Module, image: EngineImage, host: EngineHost): Engine {
    const engine = new Engine(module, host);
    const { runtime, context, out, enter } = image.roots;
    engine.#runtime = runtime;
    engine.#context = context;
    engine.#out = out;
    engine.#enter = enter;
    engine.#restore(image);
    return engine;
  }

  #restore(image: EngineImage): void {
    image.writeTo(this.#memory);
    this.#exports.global_0.value = image.roots.stack;
    this.#exports.fuel.value = FUEL;
  }

  /**
   * Gives another host an engine that no guest has used, or that was released for the next one: in the state after
   * its set-up, with random seeds of its own.
   */
  handTo(host: EngineHost, image: EngineImage): void {
    this.#host = host;
    if (!this.#isReleased) return image.seed(this.#memory);
    this.#isReleased = false;
    this.#lost = undefined;
    this.#restore(image);
  }

  #setUp(prelude: string): void {
    const c = this.#exports;
    c.fuel.value = FUEL;
    c._initialize();
    this.#runtime = c.QTS_NewRuntime();
    c.QTS_RuntimeSetMaxStackSize(this.#runtime, GUEST_STACK_BYTES);
    c.QTS_RuntimeEnableInterruptHandler(this.#runtime);
    this.#context = c.QTS_NewContext(this.#runtime, 0);
    this.#out = c.malloc(8);
    const made = this.#evaluate(prelude, "hookvisor:prelude", EVAL_SCRIPT);
    const name = this.#text("call");
    const call = c.QTS_NewFunction(this.#context, name, 1, 0, HOST_CALL_ID);
    c.free(name);
    const entry = this.#call(made, [call]);
    this.#drop(made);
    this.#drop(call);
    if (typeof entry !== "number") throw new Error(`The prelude failed: ${entry.thrown}`);
    this.#enter = entry;
  }

  /** The input of `restored`, taken before guest code has run. The memory is a copy. */
  snapshot(): Snapshot {
    const roots = {
      runtime: this.#runtime,
      context: this.#context,
      out: this.#out,
      enter: this.#enter,
      stack: this.#exports.global_0.value,
    };
    return { roots, memory: new Uint8Array(this.#memory.buffer).slice() };
  }

  /** Reads a module under a name. Nothing of it runs. */
  load(source: string, name: string): GuestThrow | undefined {
    return this.#guarded(() => {
      const module = this.#evaluate(source, name, COMPILE_MODULE);
      const threw = this.#thrown(module);
      // The runtime keeps the module under its name; this value was only our reference.
      if (threw === undefined) this.#drop(module);
      return threw;
    });
  }

  /** Makes the prelude import a loaded module and run its export with `start`, a JSON text. */
  start(name: string, start: string): GuestThrow | undefined {
    return this.#guarded(() => this.#enterWith("start", this.#string(name), start));
  }

  /** Delivers a pending call's answer, a JSON text with the call's `id`. */
  settle(answer: string): GuestThrow | undefined {
    return this.#guarded(() => this.#enterWith("settle", this.#string(answer)));
  }

  /** Tells the prelude that no job and no call is left, so that it can see whether the handler has ended. */
  idle(): GuestThrow | undefined {
    return this.#guarded(() => this.#enterWith("idle", this.#string("")));
  }

  /** Runs promise jobs until none is left or the host requests a stop. */
  runJobs(): GuestThrow | undefined {
    return this.#guarded(() => {
      while (!this.#host.shouldStop()) {
        const result = this.#exports.QTS_ExecutePendingJob(this.#runtime, JOBS_AT_ONCE, this.#out);
        const threw = this.#thrown(result);
        if (threw !== undefined) return threw;
        const done = this.#exports.QTS_GetFloat64(this.#context, result);
        this.#drop(result);
        if (!(done > 0)) return undefined;
      }
      return undefined;
    });
  }

  /** The engine's memory, in bytes. */
  get memoryBytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /**
   * Ends the engine's use: it does nothing any more. An engine made from `image` whose memory has not grown may be
   * handed to another host then: its memory and its two globals are all that guest code can change
   * (build/wasm/meter.ts makes sure). One that was stopped inside the engine may not: another takes its memory.
   *
   * @returns whether it may
   */
  release(image: EngineImage): boolean {
    if (this.#isReleased) return false;
    this.#isReleased = true;
    const { buffer } = this.#memory;
    const isReusable = this.#lost === undefined && buffer.byteLength === INITIAL_BYTES &&
      image.clearAround(buffer);
    this.#lost ??= new EngineLost("it has ended");
    if (!isReusable) giveBackMemory(this.#memory);
    return isReusable;
  }

  /** After any exception thrown through Wasm its state is undefined, so the engine is never entered again. */
  #guarded(work: () => GuestThrow | undefined): GuestThrow | undefined {
    if (this.#lost !== undefined) throw this.#lost;
    try {
      return work();
    } catch (cause) {
      this.#lost = cause instanceof EngineLost ? cause : new EngineLost(describeTrap(cause), { cause });
      throw this.#lost;
    }
  }

  /** Calls the prelude's `enter`; takes ownership of `value`. */
  #enterWith(what: string, value: Value, more?: string): GuestThrow | undefined {
    const args = [this.#string(what), value, ...(more === undefined ? [] : [this.#string(more)])];
    const result = this.#call(this.#enter, args);
    for (const arg of args) this.#drop(arg);
    if (typeof result !== "number") return result;
    this.#drop(result);
    return undefined;
  }

  /** The caller owns the result. */
  #call(fn: Value, args: Value[]): Value | GuestThrow {
    const c = this.#exports;
    const argv = c.malloc(4 * Math.max(1, args.length));
    if (argv === 0) throw new EngineLost("out of memory");
    new Uint32Array(this.#memory.buffer, argv, args.length).set(args);
    const result = c.QTS_Call(this.#context, fn, c.QTS_GetUndefined(), args.length, argv);
    c.free(argv);
    return this.#thrown(result) ?? result;
  }

  /** The result may be an exception; the caller owns it. */
  #evaluate(source: string, file: string, flags: number): Value {
    const c = this.#exports;
    const code = this.#copy(source);
    const name = this.#text(file);
    const result = c.QTS_Eval(this.#context, code.pointer, code.size, name, 0, flags);
    c.free(code.pointer);
    c.free(name);
    return result;
  }

  /** What was thrown, when `value` stands for an exception; `value` is freed then. */
  #thrown(value: Value): GuestThrow | undefined {
    const c = this.#exports;
    const error = c.QTS_ResolveException(this.#context, value);
    if (error === 0) return undefined;
    this.#drop(value);
    if (this.#enter === 0) return { thrown: "before the prelude" };
    // Described by the guest's own prelude, under the meter: the value may have hostile getters.
    const what = this.#string("describe");
    const argv = c.malloc(8);
    new Uint32Array(this.#memory.buffer, argv, 2).set([what, error]);
    const text = c.QTS_Call(this.#context, this.#enter, c.QTS_GetUndefined(), 2, argv);
    c.free(argv);
    this.#drop(what);
    this.#drop(error);
    const failed = c.QTS_ResolveException(this.#context, text);
    const thrown = failed === 0 ? this.#readString(text) : undefined;
    if (failed !== 0) this.#drop(failed);
    this.#drop(text);
    return { thrown: thrown ?? "null" };
  }

  /** The text of a value, or undefined when it is not a string or too long. */
  #readString(value: Value): string | undefined {
    const c = this.#exports;
    const type = c.QTS_Typeof(this.#context, value);
    const isString = this.#readText(type) === "string";
    c.free(type);
    if (!isString) return undefined;
    c.QTS_GetLength(this.#context, this.#out, value);
    if (new DataView(this.#memory.buffer).getUint32(this.#out, true) > MAX_REQUEST_LENGTH) return undefined;
    const pointer = c.QTS_GetString(this.#context, value);
    if (pointer === 0) return undefined;
    const text = this.#readText(pointer);
    c.QTS_FreeCString(this.#context, pointer);
    return text;
  }

  #readText(pointer: number): string {
    const bytes = new Uint8Array(this.#memory.buffer);
    return new TextDecoder().decode(bytes.subarray(pointer, bytes.indexOf(0, pointer)));
  }

  #string(text: string): Value {
    const pointer = this.#text(text);
    const value = this.#exports.QTS_NewString(this.#context, pointer);
    this.#exports.free(pointer);
    return value;
  }

  /** A NUL-terminated copy in the engine's memory; the caller frees it. JSON texts hold no NUL. */
  #text(text: string): number {
    return this.#copy(text).pointer;
  }

  /** The same with its size in bytes, without the NUL: QuickJS wants source text terminated, and its size. */
  #copy(text: string): { pointer: number; size: number } {
    const size = utf8Size(text);
    const pointer = this.#exports.malloc(size + 1);
    if (pointer === 0) throw new EngineLost("out of memory");
    const bytes = new Uint8Array(this.#memory.buffer, pointer, size + 1);
    if (size <= SCRATCH.length) bytes.set(SCRATCH.subarray(0, size));
    else ENCODER.encodeInto(text, bytes);
    bytes[size] = 0;
    return { pointer, size };
  }

  #drop(value: Value): void {
    this.#exports.QTS_FreeValuePointer(this.#context, value);
  }

  #imports(): WebAssembly.ModuleImports {
    const refuse = (name: string) => (): never => {
      throw new EngineLost(`the engine called ${name}`);
    };
    const WASI_BADF = 8;
    return {
      memory: this.#memory,
      callFunction: (_context: number, _self: Value, argc: number, argv: number, _id: number): Value => {
        const c = this.#exports;
        const argument = argc > 0 ? c.QTS_ArgvGetJSValueConstPointer(argv, 0) : 0;
        const request = argument === 0 ? undefined : this.#readString(argument);
        return this.#string(this.#host.call(request ?? "null"));
      },
      shouldInterrupt: (): number => {
        if (this.#host.shouldStop()) return 1;
        this.#exports.fuel.value = FUEL;
        return 0;
      },
      // The meter calls this when the fuel is used up, and stops the engine if it gets none.
      keepalive: () => {
        if (!this.#host.shouldStop()) this.#exports.fuel.value = FUEL;
      },
      // Never enabled: without a loader QuickJS refuses every import.
      loadModule: refuse("loadModule"),
      normalizeModule: refuse("normalizeModule"),
      freeHostRef: () => {},
      resize_heap: (bytes: number): number => {
        const missing = Math.ceil((bytes >>> 0) / 65536) - this.#memory.buffer.byteLength / 65536;
        try {
          if (missing > 0) this.#memory.grow(missing);
          return 1;
        } catch {
          return 0;
        }
      },
      date_now: () => Date.now(),
      clock_time_get: (_clock: number, _precision: bigint, out: number): number => {
        new DataView(this.#memory.buffer).setBigInt64(out, BigInt(Math.round(Date.now() * 1e6)), true);
        return 0;
      },
      // Guests see UTC: what a handler does must not depend on the environment.
      localtime: (seconds: bigint, out: number) => {
        const date = new Date(Number(seconds) * 1000);
        const view = new DataView(this.#memory.buffer);
        [
          date.getUTCSeconds(),
          date.getUTCMinutes(),
          date.getUTCHours(),
          date.getUTCDate(),
          date.getUTCMonth(),
          date.getUTCFullYear() - 1900,
          date.getUTCDay(),
          0,
          0,
          0,
        ].forEach((part, i) => view.setInt32(out + 4 * i, part, true));
      },
      tzset: (timezone: number, daylight: number, standard: number, summer: number) => {
        const view = new DataView(this.#memory.buffer);
        view.setInt32(timezone, 0, true);
        view.setInt32(daylight, 0, true);
        for (const name of [standard, summer]) new Uint8Array(this.#memory.buffer).set([85, 84, 67, 0], name);
      },
      environ_sizes_get: (count: number, size: number): number => {
        const view = new DataView(this.#memory.buffer);
        view.setUint32(count, 0, true);
        view.setUint32(size, 0, true);
        return 0;
      },
      environ_get: () => 0,
      fd_close: () => WASI_BADF,
      fd_seek: () => WASI_BADF,
      fd_write: () => WASI_BADF,
      setitimer: () => 0,
      abort: refuse("abort"),
      __assert_fail: refuse("assert"),
      proc_exit: refuse("exit"),
    };
  }
}

const ENCODER = new TextEncoder();
const SCRATCH = new Uint8Array(64 * 1024);

/**
 * The UTF-8 bytes of a text, which are in `SCRATCH` afterwards if they fit. A
 * copy of a large text would stay until V8 collects garbage.
 */
function utf8Size(text: string): number {
  let size = 0;
  for (let at = 0; at < text.length;) {
    const { read, written } = ENCODER.encodeInto(at === 0 ? text : text.slice(at), SCRATCH);
    at += read;
    size += written;
  }
  return size;
}

/** What a JavaScript exception that came out of Wasm means. */
function describeTrap(cause: unknown): string {
  if (cause instanceof RangeError) return "stack overflow: the recursion is too deep";
  if (cause instanceof WebAssembly.RuntimeError && /unreachable/.test(cause.message)) return "stopped";
  return `the engine failed: ${cause instanceof Error ? cause.message : String(cause)}`;
}
