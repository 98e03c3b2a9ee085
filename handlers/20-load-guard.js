// ---
// description: Refuse to start a guest on a host that is overloaded already
// on: [qemu/prepare, lxc/prepare]
// timeout: 5s
// allow:
//   exec: [nproc]
//   read: [/proc/loadavg]
// options:
//   maxLoadPerProcessor: 16
// ---
export default async function (_event, host) {
  const [loadavg, nproc] = await Promise.all([host.fs.read("/proc/loadavg"), host.exec("nproc")]);
  const load = Number(loadavg.split(" ")[0]) / Number(nproc.stdout);
  host.log.info(`load per processor ${load.toFixed(2)}`);
  if (load > host.options.maxLoadPerProcessor) {
    host.fail(`the load per processor is ${load.toFixed(1)}, more than ${host.options.maxLoadPerProcessor}`);
  }
}
