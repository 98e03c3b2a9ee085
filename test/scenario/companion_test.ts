import assert from "node:assert/strict";
import { join } from "node:path";
import { fixture, HAS_NAMESPACES, Host, PROGRAM } from "./support.ts";

/** systemd is not there in a test: a stand-in keeps the units that are started, and says what it was called with. */
const SYSTEMD = `#!/bin/sh
printf "%s\\n" "$(basename "$0") $*" >> TRACE
case "$(basename "$0") $1" in
  "systemd-run "*) for word; do case $word in --unit=*) touch UNITS/\${word#--unit=};; esac; done;;
  "systemctl is-active") [ -e UNITS/$3 ] || exit 3;;
  "systemctl stop") [ -e UNITS/$2 ] || exit 5; rm UNITS/$2;;
esac
`;

Deno.test({
  name:
    "the recipe companion starts a unit that is bound to the guest's scope, once, and stops it with the guest",
  ignore: !HAS_NAMESPACES || Deno.uid() !== 0,
  async fn() {
    using host = new Host();
    const [trace, units] = [join(host.scratch(), "trace"), host.scratch("units")];
    for (const name of ["systemd-run", "systemctl"]) {
      host.file(name, SYSTEMD.replaceAll("TRACE", trace).replaceAll("UNITS", units), 0o755);
    }
    const recipe = Deno.readTextFileSync(new URL("../../handlers/recipes/companion.js", import.meta.url));
    host.file("handlers/50-companion.js", recipe);
    host.file("config.yaml", "options: {50-companion: {user: root}}\n");
    const file = host.file("domain.xml", fixture("9.0.0/003-qemu-prepare"));
    // A process in a scope as machined would have made it, by a file in the place of its own.
    const { code, stderr } = await host.inside(
      `echo 'root:x:0:0::/root:/bin/sh' > /etc/passwd
mkdir -p /run/libvirt/qemu && echo $$ > /run/libvirt/qemu/v1.pid
echo '0::/machine.slice/machine-qemu\\x2d1\\x2dv1.scope/libvirt/emulator' > "$3/cgroup" && mount --bind "$3/cgroup" /proc/$$/cgroup
mount --bind "$3/systemd-run" /usr/bin/systemd-run && mount --bind "$3/systemctl" /usr/bin/systemctl
for words in "started begin" "reconnect begin" "release end"; do
  "$1" hook qemu v1 $words - < "$2" || exit 1
done`,
      [PROGRAM, file, host.config],
    );
    assert.equal(code, 0, stderr);
    const failed = host.records().flatMap(({ handlers }) =>
      handlers.filter(({ outcome }) => outcome !== "success")
    );
    assert.deepEqual(failed.map(({ message }) => message), []);
    const lines = Deno.readTextFileSync(trace).trimEnd().split("\n");
    const unit = /--unit=(\S+)/.exec(lines[1] ?? "")?.[1];
    // As systemd-run reads it: a backslash escapes.
    const scope = "machine-qemu\\\\x2d1\\\\x2dv1.scope";
    assert.deepEqual(lines, [
      `systemctl is-active --quiet ${unit}`,
      `systemd-run --quiet --collect --unit=${unit} -p BindsTo=${scope} -p After=${scope} --uid=root ` +
      "--setenv=XDG_RUNTIME_DIR=/run/user/0 --setenv=DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/0/bus " +
      "-- scream -o pulse -i virbr0",
      `systemctl is-active --quiet ${unit}`,
      `systemctl stop ${unit}`,
    ]);
    assert.deepEqual([...Deno.readDirSync(units)], []);
  },
});
