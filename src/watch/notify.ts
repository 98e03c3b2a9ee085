import { sendDatagrams } from "../system/datagram.ts";
import { environment } from "../system/proc.ts";

/** The service manager that started this process, if any (sd_notify(3)). */
export interface ServiceManager {
  tell(...lines: string[]): void;
  /** How often it expects a sign of life, in milliseconds; undefined when it does not. */
  watchdogMs: number | undefined;
}

/** Reads the service manager's variables from the environment. */
export function serviceManager(variables: readonly string[] = environment()): ServiceManager {
  const value = (name: string) => variables.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
  const socket = value("NOTIFY_SOCKET");
  const watchdog = Number(value("WATCHDOG_USEC"));
  return {
    tell(...lines) {
      if (socket !== undefined) sendDatagrams(socket, [new TextEncoder().encode(lines.join("\n"))]);
    },
    watchdogMs: socket !== undefined && watchdog > 0 ? watchdog / 1000 : undefined,
  };
}
