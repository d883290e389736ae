"""Root file systems for hutch-guest and a place to try them: a user namespace with the id map of a toolbox (the user keeps
the own id, all others are subordinate ids in order), in which the calling test goes on as uid 0. Prints "ok" lines."""
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback

GUEST = os.environ["HUTCH_GUEST"]
LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWUSER = 0x20000, 0x4000000, 0x10000000
MS_RDONLY, MS_NODEV, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 4, 32, 4096, 16384, 1 << 18
PR_CAPBSET_DROP = 24
# Docker's default capabilities, by number (capability.h): what PID 1 of a toolbox leaves.
KEPT_CAPABILITIES = {0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31}
USER = "alice"
HOSTNAME = "box"
MACHINE_ID = "0123456789abcdef0123456789abcdef"
failures = 0


def check(what, holds, *details):
    global failures
    print(("ok - " if holds else "not ok - ") + what, flush=True)
    if not holds:
        failures += 1
        for detail in details:
            print("  " + str(detail).replace("\n", "\n  "), flush=True)


def same(what, expected, actual):
    check(what, expected == actual, f"expected: {expected!r}", f"actual:   {actual!r}")


def call(result):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def mount(source, target, kind=None, flags=0, data=None):
    encoded = [word.encode() if word is not None else None for word in (source, target, kind, data)]
    call(LIBC.mount(encoded[0], encoded[1], encoded[2], ctypes.c_ulong(flags), encoded[3]))


def subordinate(path):
    import pwd
    names = {pwd.getpwuid(os.getuid()).pw_name, str(os.getuid())}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            name, start, count = line.strip().split(":")
            if name in names:
                return int(start), int(count)
    return None


def toolbox_map(own, path):
    start, count = subordinate(path)
    return [0, start, own, own, own, 1, own + 1, start + own, count - own]


def write_own_id(child, uid, gid):
    for name, text in (("setgroups", "deny"), ("gid_map", f"0 {gid} 1"), ("uid_map", f"0 {uid} 1")):
        with open(f"/proc/{child}/{name}", "w", encoding="ascii") as file:
            file.write(text)


def in_namespace(test, single_uid=False):
    """Calls `test` in a child that is uid 0 of such a namespace, or of one with the user's own id only; its "ok" lines are the
    outcome, and true when none of them failed."""
    if not (single_uid or subordinate("/etc/subuid") and subordinate("/etc/subgid")):
        print("skip - this user has no subordinate ids")
        return not os.environ.get("HUTCH_MUST_SANDBOX")
    uid, gid = os.getuid(), os.getgid()
    ready, go = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        call(LIBC.unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWUTS))
        os.write(ready[1], b"x")
        if os.read(go[0], 1) != b"x":
            os._exit(1)
        if not single_uid:
            os.setresgid(0, 0, 0)
            os.setgroups([])
            os.setresuid(0, 0, 0)
        mount(None, "/", flags=MS_REC | MS_PRIVATE)
        call(LIBC.sethostname(HOSTNAME.encode(), len(HOSTNAME)))
        scratch = tempfile.mkdtemp(prefix="hutch-guest-", dir="/var/tmp")
        mount("tmpfs", scratch, "tmpfs", data="mode=0755")
        status = 1
        try:
            test(scratch, uid, gid)
            status = 1 if failures else 0
        except Exception:  # nothing catches it above: the child ends here
            traceback.print_exc()
        finally:
            LIBC.umount2(scratch.encode(), 2)
            shutil.rmtree(scratch, ignore_errors=True)
            sys.stdout.flush()
            os._exit(status)
    os.close(ready[1])
    os.read(ready[0], 1)
    if single_uid:
        write_own_id(child, uid, gid)
    for tool, own, path in () if single_uid else (("newuidmap", uid, "/etc/subuid"), ("newgidmap", gid, "/etc/subgid")):
        subprocess.run([tool, str(child), *map(str, toolbox_map(own, path))], check=True)
    os.write(go[1], b"x")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


class Tree:
    """A root file system; `start` makes what hutch makes at each start of a toolbox."""

    def __init__(self, scratch, name, uid, gid):
        self.root = os.path.join(scratch, name)
        self.uid, self.gid = uid, gid
        self.settings = {"user": USER, "uid": uid, "gid": gid, "group": USER, "full-name": "Alice A.", "home": f"/home/{USER}",
                         "shell": "/bin/bash", "hostname": HOSTNAME, "timezone": "Europe/Berlin", "machine-id": MACHINE_ID,
                         "locale": "de_DE.UTF-8", "marker": "yes"}
        for place in ("proc", "dev", "run"):
            self.directory(place)

    def path(self, name):
        return os.path.join(self.root, name.lstrip("/"))

    def directory(self, name, mode=0o755):
        os.makedirs(self.path(name), exist_ok=True)
        os.chmod(self.path(name), mode)

    def write(self, name, text, mode=0o644):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.path(name), mode)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def link(self, name, target):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        os.symlink(target, self.path(name))

    def copy(self, *names):
        """Files of this machine to the same place, with the libraries that their programs load."""
        for name in names:
            target = self.path(name)
            if os.path.lexists(target) or not os.path.exists(name):
                continue
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copyfile(name, target)
            os.chmod(target, 0o755)
            needed = subprocess.run(["ldd", name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
            self.copy(*[word for word in needed.stdout.split() if word.startswith("/")])

    def start(self, **settings):
        self.settings.update({key.replace("_", "-"): value for key, value in settings.items()})
        while LIBC.umount2(self.path("run").encode(), 2) == 0:
            pass
        mount("tmpfs", self.path("run"), "tmpfs", data="mode=0755")
        if not os.listdir(self.path("proc")):
            mount("/proc", self.path("proc"), flags=MS_BIND | MS_REC)
            mount("/dev", self.path("dev"), flags=MS_BIND | MS_REC)
        self.directory("run/hutch")
        self.write("run/hutch/hutch-guest", "")
        mount(GUEST, self.path("run/hutch/hutch-guest"), flags=MS_BIND)
        self.write("run/hutch/setup", "".join(f"{key} {value}\n" for key, value in self.settings.items()))
        self.write("run/hutch/hosts", "127.0.0.1 localhost box\n")
        self.write("run/hutch/resolv.conf", "nameserver 192.0.2.1\n")
        return self.run("setup")

    def run(self, *words, env=None, program="/run/hutch/hutch-guest", uid=0, cwd="/"):
        def confine():
            os.chroot(self.root)
            os.chdir(cwd)
            for number in range(41):
                if number not in KEPT_CAPABILITIES:
                    LIBC.prctl(PR_CAPBSET_DROP, number, 0, 0, 0)
            if uid:
                os.setgroups([])
                os.setresgid(self.gid, self.gid, self.gid)
                os.setresuid(uid, uid, uid)
        return subprocess.run([program, *map(str, words)], env={"TERM": "xterm"} if env is None else env, preexec_fn=confine,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=60, check=False)

    def enter(self, *words, options=(), **more):
        return self.run("enter", *options, "--", *words, **more)

    def state(self):
        """Everything below /etc that a second set-up must not touch."""
        found = {}
        for directory, names, files in os.walk(self.path("etc")):
            for name in names + files:
                path = os.path.join(directory, name)
                status = os.lstat(path)
                found[path] = (status.st_ino, status.st_mtime_ns, status.st_mode, status.st_uid, status.st_gid)
        return found
