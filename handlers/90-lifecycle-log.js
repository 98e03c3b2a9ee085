// ---
// description: Write a line about every hook call to the records and to the system log
// on: [qemu/*, lxc/*, libxl/*, bhyve/*, network/*, daemon/*]
// timeout: 3s
// onFailure: ignore
// ---
export default function (event, host) {
  const { driver, name, operation, reason } = event;
  const about = { uuid: driver === "daemon" ? undefined : event.uuid };
  if (operation === "port-created" || operation === "port-deleted") {
    about.mac = event.port?.mac;
    about.owner = event.port?.owner?.name;
  }
  host.log.info([driver, name, operation, reason].filter(Boolean).join(" "), about);
}
