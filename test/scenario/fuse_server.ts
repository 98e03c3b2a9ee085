/**
 * A file system that hangs: `fuse_server.ts MOUNTPOINT SOURCE OPERATION NAME USER`.
 *
 * Serves the folder SOURCE at MOUNTPOINT (FUSE, by /dev/fuse itself; root), and never answers an OPERATION (`lookup`,
 * `getattr`, `open`, `read`, `write`, `fsync`, `readdir`, `create`, `rename`, `statfs`) on a file called NAME (`*`: on any):
 * as a network file system whose server is gone. The mount is USER's (a number; by default root's). Says `mounted` when it serves. Whatever hangs goes on, with an error,
 * when this process ends.
 */
import { join } from "node:path";

// linux/fuse.h
const OPCODES: Readonly<Record<number, string>> = {
  1: "lookup",
  2: "forget",
  3: "getattr",
  4: "setattr",
  5: "readlink",
  8: "mknod",
  9: "mkdir",
  10: "unlink",
  11: "rmdir",
  12: "rename",
  14: "open",
  15: "read",
  16: "write",
  17: "statfs",
  18: "release",
  20: "fsync",
  25: "flush",
  26: "init",
  27: "opendir",
  28: "readdir",
  29: "releasedir",
  30: "fsync",
  35: "create",
  36: "interrupt",
  42: "forget",
  45: "rename",
};
const NO_ANSWER = new Set(["forget", "interrupt"]);
const DONE = new Set(["release", "flush", "releasedir", "fsync"]);
const HEADER = 40;
const MAX_WRITE = 131_072;
const ENOENT = 2;
const EIO = 5;
const ENOSYS = 38;
const ENOTEMPTY = 39;
// fcntl.h, sys/mount.h
const O_RDWR = 2;
const MODE = 1;
const MOST_FAILURES = 100;
const OWNER = 6;
const SIZE = 8;

const [mountpoint = "", source = "", operation = "", name = "", user = "0"] = Deno.args;
const { symbols: c } = Deno.dlopen("libc.so.6", {
  open: { parameters: ["buffer", "i32"], result: "i32" },
  mount: { parameters: ["buffer", "buffer", "buffer", "u64", "buffer"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
});
const text = (value: string) => new TextEncoder().encode(`${value}\0`);
/** Paths below SOURCE by node, from 1: the root. */
const paths = ["", ""];

const device = c.open(text("/dev/fuse"), O_RDWR);
const options = `fd=${device},rootmode=40000,user_id=${user},group_id=0,allow_other`;
if (device < 0 || c.mount(text("hangs"), text(mountpoint), text("fuse.hangs"), 0n, text(options)) !== 0) {
  throw new Error(`cannot mount ${mountpoint}`);
}
console.log("mounted");
let failures = 0;
const buffer = new Uint8Array(MAX_WRITE + 65_536);
for (;;) {
  const n = Number(c.read(device, buffer, BigInt(buffer.length)));
  // A request may be taken back. Again and again nothing: it is mounted nowhere any more.
  failures = n > 0 ? 0 : failures + 1;
  if (failures > MOST_FAILURES) break;
  if (n <= 0) continue;
  const request = new DataView(buffer.slice(0, n).buffer);
  const what = OPCODES[request.getUint32(4, true)] ?? "";
  if (NO_ANSWER.has(what)) continue;
  const node = Number(request.getBigUint64(16, true));
  if (what === operation && (name === "*" || name === nameOf(what, node, request))) continue;
  const unique = request.getBigUint64(8, true);
  let body = new Uint8Array();
  let error = 0;
  try {
    const answer = act(what, node, request);
    if (typeof answer === "number") error = answer;
    else body = answer;
  } catch (thrown) {
    error = thrown instanceof Deno.errors.NotFound
      ? ENOENT
      : /os error 39/.test(String(thrown))
      ? ENOTEMPTY
      : EIO;
  }
  const reply = new Uint8Array(16 + body.length);
  const view = new DataView(reply.buffer);
  view.setUint32(0, reply.length, true);
  view.setInt32(4, -error, true);
  view.setBigUint64(8, unique, true);
  reply.set(body, 16);
  c.write(device, reply, BigInt(reply.length));
}

/** The name that a request is about. */
function nameOf(what: string, node: number, request: DataView): string {
  const path = what === "lookup"
    ? names(request, 0)[0]!
    : what === "create"
    ? names(request, 16)[0]!
    : paths[node] ?? "";
  return path.slice(path.lastIndexOf("/") + 1);
}

function names(request: DataView, at: number): string[] {
  return new TextDecoder().decode(new Uint8Array(request.buffer, HEADER + at)).split("\0");
}

function real(path: string): string {
  return join(source, path);
}

/** What a request gives; a number is an errno. */
function act(what: string, node: number, request: DataView): Uint8Array<ArrayBuffer> | number {
  const u32 = (at: number) => request.getUint32(HEADER + at, true);
  const u64 = (at: number) => Number(request.getBigUint64(HEADER + at, true));
  const path = paths[node] ?? "";
  const below = (at: number) => `${path}/${names(request, at)[0]}`;
  switch (what) {
    case "init":
      return words32([7, 31, 0, 0, 0, MAX_WRITE, 1, 0, ...Array(8).fill(0)]);
    case "lookup":
      return entry(below(0));
    case "getattr":
      return new Uint8Array([...new Uint8Array(16), ...attributes(path)]);
    case "setattr": {
      const valid = u32(0);
      if (valid & MODE) Deno.chmodSync(real(path), u32(68) & 0o7777);
      if (valid & OWNER) Deno.chownSync(real(path), valid & 2 ? u32(76) : null, valid & 4 ? u32(80) : null);
      if (valid & SIZE) Deno.truncateSync(real(path), u64(16));
      return new Uint8Array([...new Uint8Array(16), ...attributes(path)]);
    }
    case "readlink":
      return new TextEncoder().encode(Deno.readLinkSync(real(path)));
    case "mkdir":
      Deno.mkdirSync(real(below(8)), { mode: u32(0) & 0o777 });
      return entry(below(8));
    case "mknod":
      Deno.writeFileSync(real(below(16)), new Uint8Array(), { mode: u32(0) & 0o777 });
      return entry(below(16));
    case "create":
      Deno.writeFileSync(real(below(16)), new Uint8Array(), { mode: u32(4) & 0o777 });
      return new Uint8Array([...entry(below(16)), ...new Uint8Array(16)]);
    case "unlink":
    case "rmdir":
      Deno.removeSync(real(below(0)));
      return new Uint8Array();
    case "rename": {
      const [from, to] = names(request, request.getUint32(4, true) === 12 ? 8 : 16);
      Deno.renameSync(real(`${path}/${from}`), real(`${paths[u64(0)]}/${to}`));
      return new Uint8Array();
    }
    case "open":
    case "opendir":
      return new Uint8Array(16);
    case "read": {
      const bytes = new Uint8Array(u32(16));
      using file = Deno.openSync(real(path));
      file.seekSync(u64(8), Deno.SeekMode.Start);
      return bytes.slice(0, file.readSync(bytes) ?? 0);
    }
    case "write": {
      const bytes = new Uint8Array(request.buffer, HEADER + 40, u32(16));
      using file = Deno.openSync(real(path), { write: true });
      file.seekSync(u64(8), Deno.SeekMode.Start);
      file.writeSync(bytes);
      return words32([bytes.length, 0]);
    }
    case "readdir":
      return u64(8) > 0 ? new Uint8Array() : directory(path);
    case "statfs":
      return words32([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 4096, 255, 4096, ...Array(7).fill(0)]);
    default:
      return DONE.has(what) ? new Uint8Array() : ENOSYS;
  }
}

function directory(path: string): Uint8Array<ArrayBuffer> {
  const parts = [...Deno.readDirSync(real(path))].flatMap(({ name, isDirectory }, i) => {
    const bytes = new TextEncoder().encode(name);
    const record = new Uint8Array(24 + Math.ceil(bytes.length / 8) * 8);
    const view = new DataView(record.buffer);
    view.setBigUint64(0, BigInt(i + 100), true);
    view.setBigUint64(8, BigInt(i + 1), true);
    view.setUint32(16, bytes.length, true);
    view.setUint32(20, isDirectory ? 4 : 8, true);
    record.set(bytes, 24);
    return [...record];
  });
  return new Uint8Array(parts);
}

function entry(path: string): Uint8Array<ArrayBuffer> {
  const rest = attributes(path);
  let node = paths.indexOf(path);
  if (node < 0) node = paths.push(path) - 1;
  const head = new DataView(new ArrayBuffer(40));
  head.setBigUint64(0, BigInt(Math.max(1, node)), true);
  return new Uint8Array([...new Uint8Array(head.buffer), ...rest]);
}

function attributes(path: string): Uint8Array<ArrayBuffer> {
  const info = Deno.lstatSync(real(path));
  const view = new DataView(new ArrayBuffer(88));
  [info.ino ?? 1, info.size, Math.ceil(info.size / 512)].forEach((value, i) => {
    view.setBigUint64(i * 8, BigInt(value), true);
  });
  [info.atime, info.mtime, info.ctime].forEach((time, i) => {
    view.setBigUint64(24 + i * 8, BigInt(Math.floor((time?.getTime() ?? 0) / 1000)), true);
  });
  [info.mode ?? 0, info.nlink ?? 1, info.uid ?? 0, info.gid ?? 0, 0, 4096, 0].forEach((value, i) => {
    view.setUint32(60 + i * 4, value, true);
  });
  return new Uint8Array(view.buffer);
}

function words32(values: number[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Uint32Array(values).buffer);
}
