import { print, versions } from "../system/self.ts";

declare const __HOOKVISOR_VERSION__: string | undefined;
declare const __BUILD_DATE__: string | undefined;

/** `hookvisor version`. */
export function run(): number {
  const version = typeof __HOOKVISOR_VERSION__ === "string" ? __HOOKVISOR_VERSION__ : "from source";
  const date = typeof __BUILD_DATE__ === "string" ? `, built from ${__BUILD_DATE__.slice(0, 10)}` : "";
  const { deno, v8 } = versions();
  print(1, `hookvisor ${version}${date}\nDeno ${deno}, V8 ${v8}, QuickJS-ng by quickjs-emscripten\n`);
  return 0;
}
