// ---
// description: Tell a web hook when a guest starts and when it ends, and why
// on: [qemu/started, qemu/release]
// mode: background
// timeout: 1m
// allow:
//   exec: [curl --config -]
//   read: [/etc/hookvisor/notify.secret]
// options:
//   url: https://example.org/hook
//   secretFile: /etc/hookvisor/notify.secret
// ---
// The token is in a file owned by root (mode 600). It goes to curl on standard input, so neither the process list nor the record has it.
const quoted = (text) => `"${text.replace(/[\\"]/g, "\\$&")}"`;
/** @type {import("./handler.d.ts").Handler} */
export default async function (event, host) {
  const token = (await host.fs.read(host.options.secretFile)).trim();
  const about = { guest: event.name, uuid: event.uuid, operation: event.operation, reason: event.reason };
  const settings = [
    `url = ${quoted(host.options.url)}`,
    `header = ${quoted(`Authorization: Bearer ${token}`)}`,
    `header = "Content-Type: application/json"`,
    `data-raw = ${quoted(JSON.stringify(about))}`,
    "silent\nshow-error\nfail\nretry = 3\nmax-time = 15",
  ];
  await host.exec("curl", ["--config", "-"], { stdin: settings.join("\n") });
}
