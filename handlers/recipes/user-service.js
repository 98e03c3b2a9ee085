// ---
// description: Start services of a user's session (scream, a viewer) with a guest, and stop them with it
// on: [qemu/started]
// timeout: 20s
// allow:
//   exec: [systemctl --user start *, systemctl --user stop *]
//   runAs: [alice]
// options:
//   user: alice
//   units: [scream.service]
// ---
// The user has to be the one in runAs too. Where nobody is logged in: loginctl enable-linger USER.
/** @type {import("./handler.d.ts").Handler} */
export default async function (_event, host) {
  const { user, units } = host.options;
  for (const unit of units) {
    // 5: there is no such unit any more.
    await host.undo("systemctl", ["--user", "stop", unit], { runAs: user, gone: [5] });
    await host.exec("systemctl", ["--user", "start", unit], { runAs: user });
  }
}
