import assert from "node:assert/strict";
import { network, nic } from "../e2e/guests.ts";
import type { Calls, Host } from "./host.ts";
import { guest } from "./guests.ts";

const NETWORK = "net1";
const GUEST = "n1";

/** The calls of a network's and a guest's life, as `driver/operation object`, each of which comes once. */
const LIFE = [
  ...["start", "started", "port-created", "port-deleted", "stopped"].map((word) =>
    `network/${word} ${NETWORK}`
  ),
  ...["prepare", "start", "started", "stopped", "release"].map((word) => `qemu/${word} ${GUEST}`),
].sort();

/** Defines a network and a guest on it, where they are not yet. */
export async function defineLife({ vm }: Host): Promise<void> {
  await vm.file("/root/net1.xml", network(NETWORK, "virbr71"));
  await vm.file("/root/n1.xml", guest(GUEST, nic(NETWORK)));
  await vm.must(`set -e
    virsh -q net-info ${NETWORK} &> /dev/null || virsh -q net-define /root/net1.xml
    virsh -q dominfo ${GUEST} &> /dev/null || virsh -q define /root/n1.xml`);
}

/** They start and go; every call of theirs came once and went well. Gives the calls. */
export async function playLife(host: Host): Promise<Calls> {
  await host.calls();
  await host.vm.must(`set -e
    virsh -q net-start ${NETWORK}; virsh -q start ${GUEST}
    virsh -q destroy ${GUEST}; virsh -q net-destroy ${NETWORK}`);
  const calls = await host.callsUntil("network/stopped", NETWORK);
  wentWell(calls);
  const seen = calls.filter(({ driver }) => driver !== "daemon").map(nameOf).sort();
  assert.deepEqual(seen, LIFE);
  return calls;
}

/** No handler of these calls failed, and libvirt was told so. */
export function wentWell(calls: Calls): void {
  const bad = calls.filter(({ verdict, exitCode, handlers }) =>
    verdict !== "success" || exitCode !== 0 || handlers.some(({ outcome }) => outcome !== "success")
  );
  assert.deepEqual(bad, []);
}

export function nameOf({ driver, operation, object }: Calls[number]): string {
  return `${driver}/${operation} ${object}`;
}
