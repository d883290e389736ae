#!/usr/bin/python3
"""A disk that fails: each call by which a program of the store changes it fails once, one call a run, while an image is
pulled, loaded, tagged, removed and pruned. Then the store opens, its check is clean, and a prune leaves nothing.

strace makes the calls fail, in hutch-images and in the unpacker in its sandbox alike. It takes privileges from newuidmap,
which is therefore hidden: everything belongs to the user's own id. Of itself every fourth call fails with EIO; with
HUTCH_IMAGES=all each one with EIO and with ENOSPC."""
import itertools
import os
import random
import re
import shutil
import subprocess
import sys

import scene
from scene import HUTCH, check, conclude, environment, image, images, layer, need, pulls, scratch, start_registry, write_layout

ALL = os.environ.get("HUTCH_IMAGES") == "all"
STRIDE = 1 if ALL else 4
ERRORS = ["EIO", "ENOSPC"] if ALL else ["EIO"]
CALLS = ("openat openat2 write pwrite64 ftruncate fallocate fsync fdatasync syncfs rename renameat renameat2 mkdir mkdirat unlink "
         "unlinkat rmdir symlinkat linkat mknodat fchown fchownat fchmod fchmodat fsetxattr setxattr utimensat sendfile").split()
STORE = ".local/share/hutch/images"


def store(*parts):
    return os.path.join(scene.home, STORE, *parts)


class Failing:
    """Runs commands in which one call fails, and looks at the store after each."""

    def __init__(self):
        self.problems, self.runs, self.fatal, self.calls, self.dice = [], 0, 0, {}, random.Random(3)
        self.is_mute = False  # what failed was the message itself

    def run(self, command, call, number, error):
        """The result, and how often the call failed: once in each process that made so many, or never."""
        log = os.path.join(scratch, "trace")
        traced = ["strace", "-f", "--seccomp-bpf", "-qqq", "-o", log, f"--trace={call}", f"--inject={call}:error={error}:when={number}"]
        result = subprocess.run([*traced, HUTCH, "image", *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, timeout=120, check=False, env=environment())
        with open(log, encoding="utf-8", errors="replace") as file:
            lines = re.findall(r"^\d+ +(.*)\(INJECTED\)$", file.read(), re.M)
        self.is_mute = any(line.startswith("write(2, ") for line in lines)
        failed = len(lines)
        self.calls[call] = self.calls.get(call, 0) + failed
        return result, failed

    def judge(self, what, result, names):
        if result.returncode != 0 and not result.stderr.strip() and not self.is_mute:
            self.problems.append(f"{what}: no message")
        whole = image("check")
        listed = images()
        if whole.returncode != 0 or listed is None:
            self.problems.append(f"{what}: check says {whole.stdout} {whole.stderr}")
            return
        found = sorted(name for one in listed for name in one["names"])
        if result.returncode == 0 and found != names[1]:
            self.problems.append(f"{what}: it says it worked, but there are {found}")
        if found not in names:
            self.problems.append(f"{what}: there are {found}")
        pruned = image("prune")
        left = [name for place in ("staging", "partial") for name in os.listdir(store(place))]
        if not found:
            left += os.listdir(store("layers")) + os.listdir(store("blobs/sha256"))
        if pruned.returncode != 0 or left:
            self.problems.append(f"{what}: prune leaves {left} {pruned.stderr}")

    def walk(self, verb, prepare, command, names):
        """`names`: those of the images before and after."""
        runs = fatal = 0
        for call, error in itertools.product(CALLS, ERRORS):
            for number in itertools.count(self.dice.randint(1, STRIDE), STRIDE):
                prepare()
                result, failed = self.run(command, call, number, error)
                if not failed:
                    break
                self.judge(f"{verb}, {call} {number}, {error}", result, names)
                runs += 1
                fatal += result.returncode != 0
        problems, self.problems = self.problems, []
        check(f"{verb}: {runs} calls that failed, {fatal} of them fatal: the store was whole after each", not problems and fatal > 0,
              *problems[:6])
        self.runs += runs
        self.fatal += fatal


def restore(copy):
    """Everything is the user's own: plain copies will do."""
    shutil.rmtree(store(), ignore_errors=True)
    if copy:
        subprocess.run(["cp", "-a", copy, store()], check=True)


def inside():
    subprocess.run(["mount", "--bind", "/dev/null", "/usr/bin/newuidmap"], check=True)
    layout = os.path.join(scratch, "layout")
    write_layout(layout, [layer({"etc/a": b"one\n", "usr/b": b"two" * 9000}), layer({"etc/.wh.a": b"", "c": b"three"}, seed=3, size=70000)])
    name = f"127.0.0.1:{start_registry()}/img:1"
    need("skopeo", "copy", "--quiet", "--dest-tls-verify=false", f"oci:{layout}", f"docker://{name}")
    failing = Failing()
    os.makedirs(os.path.dirname(store()))
    failing.walk("pull", lambda: restore(None), ["pull", name], ([], [name]))
    failing.walk("load", lambda: restore(None), ["load", "--name", "own.example/loaded:1", f"oci:{layout}"], ([], ["own.example/loaded:1"]))
    restore(None)
    pulls("a whole pull is good", name)
    full = os.path.join(scratch, "full")
    subprocess.run(["cp", "-a", store(), full], check=True)
    failing.walk("tag", lambda: restore(full), ["tag", name, "own.example/other:1"], ([name], sorted([name, "own.example/other:1"])))
    failing.walk("rm", lambda: restore(full), ["rm", name], ([name], []))
    unused = os.path.join(scratch, "unused")
    restore(full)
    need(HUTCH, "image", "rm", name)
    subprocess.run(["cp", "-a", store(), unused], check=True)
    failing.walk("prune", lambda: restore(unused), ["prune"], ([], []))
    made = {call: number for call, number in failing.calls.items() if number}
    print(f"# {failing.runs} calls failed, {failing.fatal} fatally: {made}")
    conclude()


def main():
    if "HUTCH_DISK" in os.environ:
        inside()
    sys.exit(subprocess.run(["unshare", "--user", "--map-current-user", "--keep-caps", "--mount", sys.executable, os.path.abspath(__file__)],
                            env={**os.environ, "HUTCH_DISK": "1"}, check=False).returncode)


main()
