import assert from "node:assert/strict";
import { handler, World } from "./admin_world.ts";
import { HAS_NAMESPACES } from "./support.ts";

const PROGRAM = new URL("../../dist/hookvisor", import.meta.url).pathname;

/**
 * Runs shell lines in mount and pid namespaces of their own, with a process called libvirtd in them, whose pid is $pid.
 * /etc and /sys/module are copies there: the kernel's answers are stand-ins.
 */
function onHost(world: World, lines: string): { code: number; out: string } {
  const daemon = world.write("bin/libvirtd", "#!/bin/sh\nwhile :; do sleep 1; done\n");
  Deno.chmodSync(daemon, 0o755);
  const script = world.write(
    "script.sh",
    `exec 2>&1; set -e
mount -t tmpfs none /sys/module
mkdir ${world.root}/etc && cp -r /etc/passwd /etc/group /etc/ld.so.cache ${world.root}/etc/
mount --bind ${world.root}/etc /etc
${daemon} > /dev/null 2>&1 &
pid=$!
hv() { ${PROGRAM} "$@"; }
mkdir -p /etc/apparmor.d/local /etc/hookvisor/handlers /etc/libvirt/hooks
cp ${world.root}/config/handlers/10-a.js /etc/hookvisor/handlers/
set +e
${lines}
code=$?
kill $pid
exit $code
`,
  );
  const { code, stdout, stderr } = new Deno.Command("unshare", {
    args: ["--mount", "--pid", "--fork", "--mount-proc", "sh", script],
    clearEnv: true,
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
  }).outputSync();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout) + text(stderr) };
}

function prepared(): World {
  const world = new World();
  world.write("10-a.js", handler("on: [qemu/prepare]", ""));
  return world;
}

/** Only root may make such namespaces. */
function test(name: string, fn: () => void): void {
  Deno.test({ name, ignore: !HAS_NAMESPACES || Deno.uid() !== 0, fn });
}

/** The kernel says that AppArmor is in use, and confines the daemon by libvirtd's profile. */
const APPARMOR = `mkdir -p /sys/module/apparmor/parameters
echo Y > /sys/module/apparmor/parameters/enabled
printf 'libvirtd (enforce)\\n' > /tmp/attr.$$; mount --bind /tmp/attr.$$ /proc/$pid/attr/current; rm /tmp/attr.$$`;

test("install refuses where AppArmor keeps the daemon from running the program, and says which line helps", () => {
  using world = prepared();
  const line = `${PROGRAM} PUx,`;
  const { code, out } = onHost(
    world,
    `${APPARMOR}
hv install; echo "refused $?"; ls /etc/libvirt/hooks | wc -l
hv doctor; echo "doctor $?"
hv install --force > /dev/null; echo "forced $?"; ls /etc/libvirt/hooks/qemu.d
hv uninstall > /dev/null
echo '  ${PROGRAM} r,' > /etc/apparmor.d/local/usr.sbin.libvirtd
hv install > /dev/null; echo "readable $?"
echo '  ${line}' > /etc/apparmor.d/local/usr.sbin.libvirtd
hv install; echo "allowed $?"
hv doctor`,
  );
  assert.equal(code, 1, out);
  const told = out.replace(/\s+/g, " ");
  assert.match(told, /AppArmor's profile libvirtd does not let libvirtd \(pid \d+\) run /);
  assert.ok(told.includes(`add the line "${line}" to /etc/apparmor.d/local/usr.sbin.libvirtd`), out);
  assert.match(told, /refused 1 0 /);
  assert.match(
    told,
    /fail AppArmor AppArmor's profile libvirtd does not let libvirtd .* every start of a guest or a network fails/,
  );
  assert.match(told, /forced 0 50-hookvisor/);
  assert.match(told, /readable 1 /);
  assert.match(told, /allowed 0 .*ok AppArmor libvirtd runs under libvirtd \(enforce\); they may run /);
});

test("on NixOS install makes no link, and says what belongs into the configuration", () => {
  using world = prepared();
  const { code, out } = onHost(
    world,
    `touch /etc/NIXOS; hv doctor --quiet; hv install; code=$?; ls /etc/libvirt/hooks /var/lib/libvirt/hooks; exit $code`,
  );
  assert.equal(code, 1, out);
  const told = out.replace(/\s+/g, " ");
  for (const driver of ["daemon", "qemu"]) {
    const line = `virtualisation.libvirtd.hooks.${driver}."50-hookvisor" = "${PROGRAM}";`;
    // Once by install, once by doctor.
    assert.equal(told.split(line).length, 3, out);
  }
  assert.doesNotMatch(told, /50-hookvisor: made/);
});

test("doctor sees a second hookvisor, which a shell may find before this one", () => {
  using world = prepared();
  const { code, out } = onHost(
    world,
    `mount -t tmpfs none /usr/local
mkdir /usr/local/bin && cp ${PROGRAM} /usr/local/bin/hookvisor
hv doctor; true`,
  );
  assert.equal(code, 0, out);
  assert.match(
    out.replace(/\s+/g, " "),
    /warn hookvisor there is another hookvisor, \/usr\/local\/bin\/hookvisor;/,
  );
});

test("without /proc every command ends in one plain line, and a call that must not fail goes on", () => {
  using world = prepared();
  Deno.symlinkSync(PROGRAM, `${world.root}/qemu`);
  const { out } = onHost(
    world,
    `mount -t tmpfs none /proc
for command in 'list' 'doctor' '--version' 'hook qemu a prepare begin -'; do hv $command; echo "$?"; done
${world.root}/qemu a reconnect begin - < /dev/null; echo "reconnect $?"
${world.root}/qemu a prepare begin - < /dev/null; echo "prepare $?"`,
  );
  const line = "hookvisor: /proc is not mounted, and hookvisor requires it: mount -t proc proc /proc\n";
  assert.equal(out, `${line}1\n`.repeat(4) + `${line}reconnect 0\n${line}prepare 1\n`);
});
