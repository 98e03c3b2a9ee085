import assert from "node:assert/strict";
import { build, Folder, has, HAS_ROOTS, inRoot, run } from "./support.ts";

const LIFE = Deno.readTextFileSync(new URL("life.sh", import.meta.url));
/** Days of the two programs that are built: an upgrade goes from one to the other. */
const FIRST = 1_700_000_000;
const SECOND = 1_750_000_000;
const DEB = has("dpkg-buildpackage", "dh");
const RPM = has("rpmbuild");
const ALL = [...(DEB ? ["deb"] : []), ...(RPM ? ["rpm"] : []), "tar"].join(" ");

let made: Folder | undefined;
globalThis.addEventListener("unload", () => made?.[Symbol.dispose]());

/** The packages of two builds, one newer than the other: made once, or those in the folder PACKAGES_BUILT, to write tests with. */
function packages(): string {
  if (made === undefined) {
    const kept = Deno.env.get("PACKAGES_BUILT");
    if (kept !== undefined) return kept;
    made = new Folder();
    Deno.mkdirSync(`${made.path}/1`);
    Deno.mkdirSync(`${made.path}/2`);
    build(`${made.path}/1`, { epoch: FIRST, release: 1, formats: ALL });
    build(`${made.path}/2`, { epoch: SECOND, release: 2, formats: ALL });
  }
  return made.path;
}

/** What a test needs, by the packages that bring it. */
type Needs = "debootstrap" | "debhelper" | "rpm" | "lintian" | "rpmlint";

const IS_HERE: Readonly<Record<Needs, boolean>> = {
  debootstrap: HAS_ROOTS,
  debhelper: DEB,
  rpm: RPM,
  lintian: has("lintian"),
  rpmlint: has("rpmlint"),
};

function test(name: string, needs: readonly Needs[], fn: () => void): void {
  const ignore = Deno.uid() !== 0 || !needs.every((one) => IS_HERE[one]);
  Deno.test({
    name: needs.length === 0
      ? `${name} (needs root)`
      : `${name} (needs root and Debian's ${needs.join(" and ")})`,
    ignore,
    fn,
  });
}

const INSTALL = "apt-get install -q -y --no-install-recommends";

for (const suite of ["bookworm", "trixie"]) {
  test(
    `${suite}: the .deb brings all its files, touches nothing of libvirt's, and goes without a trace`,
    ["debootstrap", "debhelper"],
    () => {
      const { code, out } = inRoot(
        suite,
        packages(),
        `${LIFE}
mkdir -p /etc/libvirt/hooks/lxc.d
daemon
snapshot /run/before
${INSTALL} /packages/1/*.deb > /run/apt 2>&1 || { cat /run/apt; exit 1; }
hookvisor version | head -1
echo "pages $(ls /usr/share/man/man8/hookvisor*.8.gz | wc -l), commands $(hookvisor help | grep -c '^  [a-z]')"
ls /usr/share/bash-completion/completions/hookvisor /usr/share/zsh/vendor-completions/_hookvisor \\
  /usr/share/fish/vendor_completions.d/hookvisor.fish /usr/share/hookvisor/handler.d.ts /usr/share/hookvisor/recipes/empty.js
grep -c 'QuickJS\\|V8 project\\|Deno authors' /usr/share/doc/hookvisor/copyright
bash -n /usr/share/bash-completion/completions/hookvisor && echo "completion is bash"
echo "handlers: $(ls -A /etc/hookvisor/handlers | wc -l), hooks: $(find /etc/libvirt/hooks -type l | wc -l)"
[ ! -e /run/reloads ] && echo "no reload"
[ -s /run/hookvisor/checkpoint ] && echo "checkpoint"
echo "unit $(dpkg -L hookvisor | grep '\\.service$')"
DPKG_MAINTSCRIPT_PACKAGE=hookvisor deb-systemd-helper debian-installed hookvisor-watch.service && echo "unit is known"
handler
hookvisor install --reload
printf '#!/bin/sh\\n' > /etc/libvirt/hooks/qemu.d/10-own
calls 3 /run/failures; cat /run/failures
apt-get remove -q -y hookvisor > /run/apt 2>&1 || { cat /run/apt; exit 1; }
echo "left: $(find /etc/libvirt/hooks | sort | tr '\\n' ' ')"
[ -e /etc/hookvisor/handlers/10-who.js ] && [ -e /var/log/hookvisor/events.jsonl ] && echo "configuration and records stay"
apt-get purge -q -y hookvisor > /run/apt 2>&1 || { cat /run/apt; exit 1; }
rm -r /etc/libvirt/hooks/qemu.d
snapshot /run/after
diff /run/before /run/after && echo "no trace"
`,
      );
      assert.equal(code, 0, out);
      assert.match(out, /^hookvisor 0\.\d+\.\d+, built from sources of 2023-11-14$/m);
      const [, pages, commands] = /pages (\d+), commands (\d+)/.exec(out) ?? [];
      assert.equal(Number(pages), Number(commands) + 1, out);
      assert.match(out, /completion is bash\nhandlers: 0, hooks: 0\nno reload\ncheckpoint\n/);
      assert.match(out, /^unit \/usr\/lib\/systemd\/system\/hookvisor-watch.service\nunit is known$/m);
      assert.match(out, /libvirtd \(pid \d+\) was reloaded and has called the hook/);
      assert.match(out, /^done 3$/m);
      assert.match(
        out,
        /^left: \/etc\/libvirt\/hooks \/etc\/libvirt\/hooks\/lxc\.d \/etc\/libvirt\/hooks\/qemu\.d \/etc\/libvirt\/hooks\/qemu\.d\/10-own $/m,
      );
      assert.match(out, /configuration and records stay\nno trace\n$/);
    },
  );

  test(
    `${suite}: links that wait for the program are made known to libvirt's daemon by its installation`,
    ["debootstrap", "debhelper"],
    () => {
      const { code, out } = inRoot(
        suite,
        packages(),
        `${LIFE}
mkdir -p /etc/libvirt/hooks/daemon.d
ln -s /usr/bin/hookvisor /etc/libvirt/hooks/daemon.d/50-hookvisor
daemon
${INSTALL} /packages/1/*.deb 2>&1
echo "reloads: $(wc -l < /run/reloads)"
${INSTALL} /packages/2/*.deb > /dev/null 2>&1
echo "after an upgrade: $(wc -l < /run/reloads)"
`,
      );
      assert.equal(code, 0, out);
      assert.match(out, /^libvirtd \(pid \d+\) was asked to reload$/m);
      assert.match(out, /^reloads: 1\nafter an upgrade: 1$/m);
    },
  );

  test(
    `${suite}: the .deb's scripts run its own program, know a first installation, and clean up after a damaged one`,
    ["debootstrap", "debhelper"],
    () => {
      const { code, out } = inRoot(
        suite,
        packages(),
        `${LIFE}
export PATH=/usr/local/sbin:/usr/local/bin:$PATH
mkdir -p /etc/libvirt/hooks/qemu.d
dpkg-deb --fsys-tarfile /packages/1/*.deb | tar -x -C /tmp ./usr/bin/hookvisor
mv /tmp/usr/bin/hookvisor /usr/local/bin/
ln -s /usr/local/bin/hookvisor /etc/libvirt/hooks/qemu.d/50-hookvisor
${INSTALL} /packages/1/*.deb > /run/apt 2>&1 || { cat /run/apt; exit 1; }
echo "link to $(readlink /etc/libvirt/hooks/qemu.d/50-hookvisor)"
dpkg --remove hookvisor > /dev/null
rm /usr/local/bin/hookvisor
echo "links $(find /etc/libvirt/hooks -type l | wc -l)"
mkdir /etc/libvirt/hooks/daemon.d
ln -s /usr/bin/hookvisor /etc/libvirt/hooks/daemon.d/50-hookvisor
daemon
dpkg --install /packages/1/*.deb 2>&1 | grep asked
dpkg --install /packages/2/*.deb > /dev/null
echo "reloads $(wc -l < /run/reloads)"
handler
rm -r /etc/libvirt/hooks/qemu.d
hookvisor install > /dev/null
truncate -s 1M /usr/bin/hookvisor
dpkg --remove hookvisor > /dev/null 2>&1
echo "left: $(find /etc/libvirt/hooks -mindepth 1)"
mkdir -p /var/log/hookvisor && mount -t tmpfs none /var/log/hookvisor
dpkg --purge hookvisor > /run/purge 2>&1 || { cat /run/purge; exit 1; }
dpkg-query -W -f '\\\${Status}' hookvisor 2> /dev/null || echo "purged"
`,
      );
      assert.equal(code, 0, out);
      assert.match(out, /^link to \/usr\/bin\/hookvisor\nlinks 0$/m);
      assert.match(out, /^libvirtd \(pid \d+\) was asked to reload\nreloads 1$/m);
      assert.match(out, /^left: \/etc\/libvirt\/hooks\/daemon\.d\npurged$/m);
    },
  );

  test(
    `${suite}: across an upgrade of the .deb no hook call fails or is lost`,
    ["debootstrap", "debhelper"],
    () => {
      const { code, out } = inRoot(
        suite,
        packages(),
        `${LIFE}
mkdir -p /etc/libvirt/hooks
${INSTALL} /packages/1/*.deb > /run/apt 2>&1 || { cat /run/apt; exit 1; }
handler
hookvisor install > /dev/null
${acrossUpgrade(`${INSTALL} /packages/2/*.deb`)}
`,
      );
      assertAcross(code, out);
    },
  );
}

/** 200 calls in a row, and a package manager that brings the newer program meanwhile. */
function acrossUpgrade(upgrade: string): string {
  return `stat -L -c "old %i" /usr/bin/hookvisor
calls 200 /run/failures &
until grep -qs done /run/failures || [ "$(cat /run/who 2> /dev/null | wc -l)" -ge 30 ]; do sleep 0.05; done
${upgrade} > /run/log 2>&1 || { cat /run/log; exit 1; }
stat -L -c "new %i" /usr/bin/hookvisor
echo "answered at its end: $(wc -l < /run/who)"
wait %1 || :
while ! grep -q done /run/failures; do sleep 0.1; done
cat /run/failures
sort /run/who | uniq -c | awk '{ print "answered by " $2 ": " $1 }'
echo "records $(grep -c '"operation":"prepare"' /var/log/hookvisor/events.jsonl)"
hookvisor version | head -1`;
}

function assertAcross(code: number, out: string): void {
  assert.equal(code, 0, out);
  assert.match(out, /^done 200$/m);
  assert.doesNotMatch(out, /^call /m);
  const inode = (which: string) => new RegExp(`^${which} (\\d+)$`, "m").exec(out)![1]!;
  const answered = (which: string) =>
    Number(new RegExp(`^answered by ${inode(which)}: (\\d+)$`, "m").exec(out)?.[1] ?? 0);
  assert.notEqual(inode("old"), inode("new"));
  assert.ok(Number(/^answered at its end: (\d+)$/m.exec(out)![1]) < 200, `the upgrade came too late\n${out}`);
  assert.ok(answered("old") >= 30 && answered("new") > 0, out);
  assert.equal(answered("old") + answered("new"), 200, out);
  assert.match(out, /^records 200$/m);
  assert.match(out, /built from sources of 2025-06-15$/m);
}

/** Debian's rpm, working on a root from outside; lines in the root are run by `inside`. */
const RPM_ROOT = `# outside
root=$1
rpm --root "$root" --initdb
rpm() { command rpm --root "$root" --nodeps "$@"; }
inside() { chroot "$root" bash -euc '. /run/life.sh; '"$1"; }
cat > $root/run/life.sh << 'THE_END'
${LIFE}
THE_END
# Those that Fedora's package "filesystem" has.
mkdir -p $root/etc/libvirt/hooks $root/usr/share/licenses
`;

test("the .rpm installs, is whole, and goes without a trace", ["debootstrap", "rpm"], () => {
  const { code, out } = inRoot(
    "bookworm",
    packages(),
    `${RPM_ROOT}
inside 'snapshot /run/before'
rpm -i $root/packages/1/hookvisor-0*.rpm
rpm -V hookvisor && echo "whole"
inside '
hookvisor version | head -1
ls /usr/share/man/man8/hookvisor.8.gz /usr/share/zsh/site-functions/_hookvisor /usr/share/licenses/hookvisor/v8.txt
[ -s /run/hookvisor/checkpoint ] && echo "checkpoint"
[ $(find /etc/libvirt/hooks -type l | wc -l) = 0 ] && echo "no link"
handler
hookvisor install > /dev/null
calls 3 /run/failures; cat /run/failures'
command rpm -qp --provides $root/packages/1/hookvisor-0*.rpm
inside 'hookvisor version --json
echo "recipes $(hookvisor new --list | cut -d " " -f 1 | sort | tr "\n" " ")"
echo "recipes $(ls /usr/share/hookvisor/recipes | sed "s/[.]js$//" | sort | tr "\n" " ")"
truncate -s 1M /usr/bin/hookvisor'
rpm -e hookvisor
inside '
echo "left: $(find /etc/libvirt/hooks)"
rm -r /etc/hookvisor /var/log/hookvisor /run/hookvisor
snapshot /run/after
diff /run/before /run/after && echo "no trace"'
`,
  );
  assert.equal(code, 0, out);
  assert.match(out, /^whole\nhookvisor 0\.\d+\.\d+, built from sources of 2023-11-14$/m);
  assert.match(out, /checkpoint\nno link\ndone 3\n/);
  assert.match(out, /^left: \/etc\/libvirt\/hooks\nno trace$/m);
  const { deno, v8, quickjsNg } = JSON.parse(/^\{.*\}$/m.exec(out)![0]) as Record<string, string>;
  const { imports } = JSON.parse(Deno.readTextFileSync(new URL("../../deno.json", import.meta.url))) as {
    imports: Record<string, string>;
  };
  const ofNpm = (name: string) => imports[name]!.slice(imports[name]!.lastIndexOf("@") + 1);
  for (
    const [name, version] of [
      ["deno", deno],
      ["v8", v8!.replace("-rusty", "")],
      ["quickjs-ng", quickjsNg],
      ["npm(yaml)", ofNpm("yaml")],
      ["npm(@noble/hashes)", ofNpm("@noble/hashes")],
    ]
  ) assert.ok(out.includes(`\nbundled(${name}) = ${version}\n`), `${name} ${version}: ${out}`);
  const [offered, packed] = out.match(/^recipes .*$/gm)!;
  assert.equal(packed, offered);
});

test("across an upgrade of the .rpm no hook call fails or is lost", ["debootstrap", "rpm"], () => {
  const { code, out } = inRoot(
    "bookworm",
    packages(),
    `${RPM_ROOT}
rpm -i $root/packages/1/hookvisor-0*.rpm
inside 'handler; hookvisor install > /dev/null; stat -L -c "old %i" /usr/bin/hookvisor'
inside 'calls 200 /run/failures' &
until grep -qs done $root/run/failures || [ "$(cat $root/run/who 2> /dev/null | wc -l)" -ge 30 ]; do sleep 0.05; done
rpm -U $root/packages/2/hookvisor-0*.rpm
inside 'stat -L -c "new %i" /usr/bin/hookvisor; echo "answered at its end: $(wc -l < /run/who)"'
while ! grep -q done $root/run/failures; do sleep 0.1; done
inside 'cat /run/failures
sort /run/who | uniq -c | awk "{ print \\"answered by \\" \\$2 \\": \\" \\$1 }"
echo "records $(grep -c "\\"operation\\":\\"prepare\\"" /var/log/hookvisor/events.jsonl)"
find /etc/libvirt/hooks -type l; hookvisor version | head -1'
`,
  );
  assertAcross(code, out);
  assert.match(out, /qemu\.d\/50-hookvisor$/m, "an upgrade keeps the links");
});

test(
  "the tarball's script installs below a prefix and a DESTDIR, and takes all of it away again",
  ["debootstrap"],
  () => {
    const { code, out } = inRoot(
      "bookworm",
      packages(),
      `${LIFE}
snapshot /run/before
mkdir /tmp/t && tar -xzf /packages/1/*.tar.gz -C /tmp/t && cd /tmp/t/hookvisor-*
./install.sh --prefix='/opt/h&v'
'/opt/h&v/bin/hookvisor' version | head -1
grep ExecStart '/opt/h&v/lib/systemd/system/hookvisor-watch.service'
sh install.sh --uninstall --prefix='/opt/h&v'
./install.sh
truncate -s 1M /usr/local/bin/hookvisor
./install.sh --uninstall || echo "told $?"
ln -s "$PWD/install.sh" /tmp/install && sh /tmp/install --destdir=/tmp/dd && ls /tmp/dd/usr/local/bin
sh /tmp/install --destdir=/tmp/dd --uninstall
rmdir /tmp/dd
mv bin elsewhere; ./install.sh --destdir=/tmp/dd || echo "nothing to install $?"; mv elsewhere bin
DESTDIR=/tmp/d PREFIX=/usr ./install.sh
find /tmp/d -type f | sort | sed -n '1p;$p'
ls -d /tmp/d/etc/hookvisor/handlers
./install.sh --prefix=relative || echo "refused $?"
snapshot /run/after
diff /run/before /run/after && echo "no trace"
`,
    );
    assert.equal(code, 0, out);
    assert.match(out, /^hookvisor 0\.\d+\.\d+, built from sources of 2023-11-14$/m);
    assert.match(out, /^ExecStart=\/opt\/h&v\/bin\/hookvisor watch$/m);
    assert.match(
      out,
      /see that no link in libvirt's hooks directory leads to \/usr\/local\/bin\/hookvisor\n.*\ntold 1$/m,
    );
    assert.match(out, /^hookvisor\ninstall\.sh: there is no bin\/hookvisor in .*\nnothing to install 1$/m);
    assert.match(out, /^\/tmp\/d\/usr\/bin\/hookvisor$/m);
    assert.match(out, /the prefix is "relative": give an absolute path\nrefused 2\nno trace\n$/);
  },
);

test(
  "the packages are the same, byte for byte, built in another place by another builder",
  [],
  () => {
    const first = `${packages()}/1`;
    using again = new Folder();
    Deno.mkdirSync(`${again.path}/out`);
    const env = {
      UMASK: "077",
      TZ: "Pacific/Kiritimati",
      LC_ALL: "C.UTF-8",
      USER: "somebody",
      HOSTNAME: "elsewhere",
    };
    build(`${again.path}/out`, { epoch: FIRST, release: 1, formats: ALL, env });
    const sums = (folder: string) => run("sh", ["-c", `cd ${folder} && sha256sum *`]).out;
    assert.equal(sums(`${again.path}/out`), sums(first));
  },
);

test("lintian finds nothing that no override explains", ["debhelper", "lintian"], () => {
  const deb = `${packages()}/1/hookvisor_*.deb`;
  const { out } = run("sh", ["-c", `lintian --allow-root -EvIL +pedantic ${deb} && echo clean`]);
  assert.equal(out.trim(), "clean");
});

test("rpmlint finds nothing that no filter explains", ["rpm", "rpmlint"], () => {
  const rc = new URL("../../packaging/rpm/rpmlintrc.toml", import.meta.url).pathname;
  const { out } = run("sh", ["-c", `rpmlint -c ${rc} ${packages()}/1/*.rpm`]);
  assert.match(out, /; 0 errors, 0 warnings, 0 badness/, out);
});
