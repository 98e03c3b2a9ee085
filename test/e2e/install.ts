/** What a real libvirt with QEMU, containers and networks takes on Debian. */
export const LIBVIRT_PACKAGES = [
  "dnsmasq-base",
  "iproute2",
  "iptables",
  "libvirt-clients",
  "libvirt-daemon-driver-lxc",
  "libvirt-daemon-driver-qemu",
  "libvirt-daemon-system",
  "qemu-system-x86",
];

// Debian's own switch against starting services while packages are installed:
// the test runs daemons of its own, the machine's must not start for it.
const POLICY = "/usr/sbin/policy-rc.d";

/** Installs those of Debian's packages that are missing; says nothing unless something had to be done or failed. */
export async function installPackages(packages: readonly string[]): Promise<void> {
  const missing = await missingPackages(packages);
  if (missing.length === 0) return;
  console.log(`installing ${missing.join(" ")}`);
  const undo = await forbidServices();
  try {
    await apt("update");
    await apt("install", "--yes", "--no-install-recommends", ...missing);
  } finally {
    await undo();
  }
}

async function missingPackages(packages: readonly string[]): Promise<string[]> {
  const query = new Deno.Command("dpkg-query", {
    args: ["--show", "--showformat=${db:Status-Status} ${Package}\n", ...packages],
    stderr: "null",
  });
  const text = new TextDecoder().decode((await query.output()).stdout);
  return packages.filter((name) => !text.split("\n").includes(`installed ${name}`));
}

async function apt(...args: string[]): Promise<void> {
  const command = new Deno.Command("apt-get", {
    args: ["-q", ...args],
    env: { DEBIAN_FRONTEND: "noninteractive" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await command.output();
  if (code === 0) return;
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("").trim();
  throw new Error(`Cannot install packages: apt-get ${args.join(" ")} ended with ${code}\n${said}`);
}

/** Puts the policy in place unless there is one; what comes back takes it away again. */
async function forbidServices(): Promise<() => Promise<void>> {
  try {
    await Deno.writeTextFile(POLICY, "#!/bin/sh\nexit 101\n", { createNew: true, mode: 0o755 });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return () => Promise.resolve();
    throw error;
  }
  const remove = () => Deno.removeSync(POLICY);
  const interrupted = () => {
    remove();
    Deno.exit(130);
  };
  Deno.addSignalListener("SIGINT", interrupted);
  Deno.addSignalListener("SIGTERM", interrupted);
  return () => {
    Deno.removeSignalListener("SIGINT", interrupted);
    Deno.removeSignalListener("SIGTERM", interrupted);
    remove();
    return Promise.resolve();
  };
}
