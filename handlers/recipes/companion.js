// ---
// description: Run a program as long as a guest runs, as a user with their session bus (scream, for one)
// on: [qemu/started, qemu/reconnect]
// guests: ["*"]
// timeout: 20s
// allow:
//   look: [id -u *, systemctl is-active --quiet hookvisor-*.service]
//   exec:
//     - systemd-run --quiet --collect --unit=hookvisor-*.service -p BindsTo=*.scope -p After=*.scope --uid=* --setenv=XDG_RUNTIME_DIR=/run/user/* --setenv=DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/*/bus -- scream -o * -i *
//     - systemctl stop hookvisor-*.service
//   read: [/run/libvirt/qemu/*.pid, /proc/*/cgroup]
// options:
//   user: alice
//   # As the rule after -- allows it.
//   command: [scream, -o, pulse, -i, virbr0]
// ---
// A unit of systemd's own, bound to the scope that libvirt put the guest into: it ends with the guest, whoever crashes.
/** @type {import("./handler.d.ts").Handler<{ user: string, command: string[] }>} */
export default async function (event, host) {
  const { user, command } = host.options;
  const unit = `hookvisor-${command[0]}-${event.uuid}.service`;
  const { code } = await host.exec("systemctl", ["is-active", "--quiet", unit], { check: false });
  if (code === 0) return;
  const pid = (await host.fs.read(`/run/libvirt/qemu/${event.name}.pid`)).trim();
  const scope = /([^/\n]+\.scope)(?:\/|\n|$)/.exec(await host.fs.read(`/proc/${pid}/cgroup`))?.[1];
  if (scope === undefined) host.fail(`${event.name} is in no scope of systemd's: is systemd-machined there?`);
  // systemd-run takes a backslash for an escape, and the scope of a guest has some: machine-qemu\x2d1\x2dwin11.scope.
  const bound = scope.replaceAll("\\", "\\\\");
  const runtime = `/run/user/${(await host.exec("id", ["-u", user])).stdout.trim()}`;
  // Also for a guest whose start is aborted; 5: there is no such unit any more.
  await host.undo("systemctl", ["stop", unit], { gone: [5] });
  await host.exec("systemd-run", [
    ...[
      "--quiet",
      "--collect",
      `--unit=${unit}`,
      "-p",
      `BindsTo=${bound}`,
      "-p",
      `After=${bound}`,
      `--uid=${user}`,
    ],
    ...[`--setenv=XDG_RUNTIME_DIR=${runtime}`, `--setenv=DBUS_SESSION_BUS_ADDRESS=unix:path=${runtime}/bus`],
    ...["--", ...command],
  ]);
}
