"""Stands in for the kernel below /sys, /proc/irq and /proc/sys/vm, in the mount namespace it is started in.

Each place is a FUSE file system over a directory (BACKING/sys, ...), so that a write is answered by what the kernel would
do: a driver link that goes and comes, EBUSY, ENODEV, EIO, or, for paths in BACKING/hang, no answer at all. Speaks the
kernel's protocol (linux/fuse.h, 7.31) by itself, because Python has no module for it.
"""
import ctypes, errno, os, shutil, signal, stat, struct, sys, threading

BACKING = sys.argv[1]
LIBC = ctypes.CDLL(None, use_errno=True)
NO_REPLY = object()


def read(path, otherwise=""):
    try:
        with open(path) as file:
            return file.read().strip()
    except FileNotFoundError:
        return otherwise


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def attach(sys_dir, device, driver):
    """The kernel's device_attach: EBUSY for a device that has a driver, ENODEV where there is no such."""
    at = f"{sys_dir}/bus/pci/devices/{device}"
    if not os.path.isdir(at) or not os.path.isdir(f"{sys_dir}/bus/pci/drivers/{driver}"):
        raise OSError(errno.ENODEV, "")
    if os.path.lexists(f"{at}/driver"):
        raise OSError(errno.EBUSY, "")
    os.symlink(f"../../drivers/{driver}", f"{at}/driver")


def store(root, path, text):
    """What the kernel does with a text that is written into a file of its own."""
    parts, name, value = path.split("/"), os.path.basename(path), text.strip()
    if path in read(f"{BACKING}/hang").split("\n"):
        return NO_REPLY
    if path.startswith("bus/pci/"):
        if name == "drivers_probe":
            at = f"{root}/bus/pci/devices/{value}"
            if not os.path.isdir(at):
                raise OSError(errno.ENODEV, "")
            override = read(f"{at}/driver_override")
            driver = override if override not in ("", "(null)") else read(f"{at}/.usual")
            if not os.path.lexists(f"{at}/driver") and os.path.isdir(f"{root}/bus/pci/drivers/{driver}"):
                attach(root, value, driver)
        elif name == "unbind":
            link = f"{root}/bus/pci/devices/{value}/driver"
            if not os.path.lexists(link) or os.readlink(link).split("/")[-1] != parts[-2]:
                raise OSError(errno.ENODEV, "")
            os.unlink(link)
        elif name == "bind":
            attach(root, value, parts[-2])
        elif name == "driver_override":
            write(f"{root}/{path}", (value or "(null)") + "\n")
    elif path.startswith("bus/platform/drivers/"):
        here = os.path.dirname(f"{root}/{path}")
        device = f"{here}/{value}"
        if name == "unbind":
            if not os.path.isdir(device):
                raise OSError(errno.ENODEV, "")
            os.rmdir(device)
        else:
            if os.path.exists(f"{here}/.taken"):
                raise OSError(errno.ENODEV, "")
            os.mkdir(device)
    elif name == "nr_hugepages":
        most = int(read(os.path.dirname(f"{root}/{path}") + "/.most", "1000000"))
        write(f"{root}/{path}", f"{min(int(value), most)}\n")
    elif name == "compact_memory":
        pages = f"{BACKING}/sys/kernel/mm/hugepages/hugepages-2048kB"
        more = int(read(f"{pages}/.after-compaction", "0"))
        if more:
            write(f"{pages}/.most", str(more))
    elif name == "smp_affinity_list":
        if os.path.exists(os.path.dirname(f"{root}/{path}") + "/.fixed"):
            raise OSError(errno.EIO, "")
        write(f"{root}/{path}", value + "\n")
    elif name == "create":
        left = os.path.dirname(f"{root}/{path}") + "/available_instances"
        if int(read(left)) == 0:
            raise OSError(errno.ENOSPC, "")
        write(left, f"{int(read(left)) - 1}\n")
        os.mkdir(f"{root}/bus/mdev/devices/{value}")
        write(f"{root}/bus/mdev/devices/{value}/remove", "")
        write(f"{root}/bus/mdev/devices/{value}/.type", left)
    elif name == "remove":
        left = read(os.path.dirname(f"{root}/{path}") + "/.type")
        write(left, f"{int(read(left)) + 1}\n")
        shutil.rmtree(os.path.dirname(f"{root}/{path}"))
    else:
        write(f"{root}/{path}", value + "\n")


class Mount:
    def __init__(self, root, place):
        self.root, self.paths, self.nodes = root, {1: ""}, {"": 1}
        self.fd = os.open("/dev/fuse", os.O_RDWR)
        data = f"fd={self.fd},rootmode=40000,user_id=0,group_id=0"
        if LIBC.mount(b"stand-in", place.encode(), b"fuse", 0, data.encode()) != 0:
            raise OSError(ctypes.get_errno(), f"mount {place}")
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                request = os.read(self.fd, 1 << 18)
            except OSError as error:
                if error.errno in (errno.EINTR, errno.ENOENT):
                    continue
                return
            _, opcode, unique, node = struct.unpack_from("<IIQQ", request)
            if opcode in (2, 36, 42):  # FORGET, INTERRUPT, BATCH_FORGET have no reply
                continue
            try:
                out, code = self.answer(opcode, node, request[40:]), 0
            except OSError as error:
                out, code = b"", -error.errno
            except Exception as error:
                print("stand-in kernel:", repr(error), file=sys.stderr)
                out, code = b"", -errno.EIO
            if out is not NO_REPLY:
                try:
                    os.write(self.fd, struct.pack("<IiQ", 16 + len(out), code, unique) + out)
                except OSError as error:
                    if error.errno != errno.ENOENT:  # else who asked is gone
                        print("stand-in kernel:", opcode, repr(error), file=sys.stderr)

    def attributes(self, node):
        at = os.lstat(f"{self.root}/{self.paths[node]}")
        size = at.st_size if stat.S_ISLNK(at.st_mode) else 4096
        mode = at.st_mode
        return struct.pack("<6Q3I7I", node, size, 8, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)

    def answer(self, opcode, node, body):
        path = self.paths.get(node, "")
        real = f"{self.root}/{path}"
        if opcode == 26:  # INIT
            return struct.pack("<4IHHIIHH8I", 7, 31, 0, 0, 12, 9, 1 << 16, 1, 16, 0, *[0] * 8)
        if opcode == 1:  # LOOKUP
            name = body.rstrip(b"\0").decode()
            child = f"{path}/{name}".lstrip("/")
            os.lstat(f"{self.root}/{child}")
            if child not in self.nodes:
                self.nodes[child] = len(self.nodes) + 1
                self.paths[self.nodes[child]] = child
            return struct.pack("<4Q2I", self.nodes[child], 0, 0, 0, 0, 0) + self.attributes(self.nodes[child])
        if opcode in (3, 4):  # GETATTR, SETATTR
            return struct.pack("<QII", 0, 0, 0) + self.attributes(node)
        if opcode == 5:  # READLINK
            return os.readlink(real).encode()
        if opcode in (14, 27):  # OPEN, OPENDIR
            return struct.pack("<QII", 0, 1 if opcode == 14 else 0, 0)
        if opcode == 15:  # READ
            offset, size = struct.unpack_from("<QI", body, 8)
            with open(real, "rb") as file:
                return file.read()[offset:offset + size]
        if opcode == 16:  # WRITE
            size = struct.unpack_from("<I", body, 16)[0]
            if store(self.root, path, body[40:40 + size].decode()) is NO_REPLY:
                return NO_REPLY
            with open(f"{BACKING}/writes", "a") as log:
                log.write(f"{path} {body[40:40 + size].decode().strip()}\n")
            return struct.pack("<II", size, 0)
        if opcode == 28:  # READDIR
            offset, size = struct.unpack_from("<QI", body, 8)
            out = b""
            for i, name in enumerate(n for n in sorted(os.listdir(real)) if not n.startswith(".")):
                entry = struct.pack("<QQII", 2, i + 1, len(name.encode()), 0) + name.encode()
                entry += b"\0" * (-len(entry) % 8)
                if i >= offset and len(out) + len(entry) <= size:
                    out += entry
            return out
        if opcode in (18, 20, 25, 29):  # RELEASE, FSYNC, FLUSH, RELEASEDIR
            return b""
        raise OSError(errno.ENOSYS, "")


for part in ("sys", "proc/irq", "proc/sys/vm"):
    if os.path.isdir(f"{BACKING}/{part}"):
        Mount(f"{BACKING}/{part}", f"/{part}")
write(f"{BACKING}/../ready", "")
signal.pause()
