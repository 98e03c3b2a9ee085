import assert from "node:assert/strict";
import { calls, type RemoteCall } from "../../../src/protocol/rpc/calls.ts";
import {
  CALL,
  MESSAGE,
  type Message,
  messageBytes,
  MessageReader,
  OK,
  REMOTE,
} from "../../../src/protocol/rpc/message.ts";
import { concat, XdrError, XdrReader, XdrWriter } from "../../../src/protocol/rpc/xdr.ts";

function message(serial: number, payload = new Uint8Array()): Message {
  return { program: REMOTE, procedure: 318, type: MESSAGE, serial, status: OK, payload };
}

Deno.test("messages are what libvirt's own client sends", () => {
  const sent = (serial: number, { procedure, args }: RemoteCall<unknown>) =>
    messageBytes({ program: REMOTE, procedure, type: CALL, serial, status: OK, payload: args }).toHex();
  // `virsh -r -c qemu:///system uri` of 9.0.0, as strace shows it: REMOTE_PROC_AUTH_LIST, REMOTE_PROC_CONNECT_OPEN.
  assert.equal(sent(0, calls.authList()), "0000001c200080860000000100000042000000000000000000000000");
  assert.equal(
    sent(2, calls.open("qemu:///system")),
    "00000038200080860000000100000001000000000000000200000000" +
      "000000010000000e71656d753a2f2f2f73797374656d000000000001",
  );
});

Deno.test("MessageReader gives whole messages, however their bytes come", () => {
  const sent = Array.from({ length: 50 }, (_, i) => message(i, new Uint8Array(i * 4).fill(i)));
  const bytes = concat(sent.map(messageBytes));
  for (const step of [1, 3, 28, 1000, bytes.length]) {
    const reader = new MessageReader();
    const seen: Message[] = [];
    for (let at = 0; at < bytes.length; at += step) seen.push(...reader.push(bytes.subarray(at, at + step)));
    assert.deepEqual(seen, sent, `${step} at a time`);
  }
});

Deno.test("MessageReader refuses what is no message of libvirt's before it takes memory for it", () => {
  const good = messageBytes(message(1));
  for (const length of [0, 27, 0x7fffffff, 0xffffffff]) {
    const bytes = good.slice();
    new DataView(bytes.buffer).setUint32(0, length);
    assert.throws(() => new MessageReader().push(bytes), XdrError, `${length}`);
  }
  const version = good.slice();
  version[11] = 2;
  assert.throws(() => new MessageReader().push(version), /version 2/);
});

Deno.test("XdrReader reads what XdrWriter wrote, and never beyond its bytes", () => {
  const { bytes } = new XdrWriter().string("größe").optionalString(undefined).optionalString("x").int(-1);
  const reader = new XdrReader(bytes);
  assert.deepEqual(
    [reader.string(), reader.optionalString(), reader.optionalString(), reader.int()],
    ["größe", undefined, "x", -1],
  );
  assert.equal(bytes.length % 4, 0);
  assert.throws(() => reader.int(), XdrError);
  assert.throws(() => new XdrReader(new XdrWriter().int(9).bytes).string(), XdrError);
  assert.throws(() => new XdrReader(new XdrWriter().int(1_000_000).bytes).list((r) => r.int()), XdrError);
  assert.throws(() => new XdrReader(new XdrWriter().int(-1).bytes).string(), XdrError);
});
