import { text } from "./c_strings.ts";

const MS_BIND = 4096n;
const MNT_DETACH = 2;

const { symbols: c } = Deno.dlopen("libc.so.6", {
  mount: { parameters: ["buffer", "buffer", "buffer", "u64", "pointer"], result: "i32" },
  umount2: { parameters: ["buffer", "i32"], result: "i32" },
});

/**
 * Mounts the directory `source` at `target`, without changing a file's times or inode, until the result is
 * called.
 */
export function bindMount(source: string, target: string): () => void {
  if (c.mount(text(source), text(target), text(""), MS_BIND, null) !== 0) {
    throw new Error(`cannot bind ${source} to ${target}`);
  }
  return () => {
    if (c.umount2(text(target), MNT_DETACH) !== 0) throw new Error(`cannot unmount ${target}`);
  };
}
