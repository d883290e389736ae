#!/usr/bin/python3
"""What images cost beside others: loading one against `gzip -dc | tar -x` and podman, pulling it from a registry on
loopback against loading the same from disk, and a second image that shares its large layer.

usage: tests/bench/images.py [--rounds N] [--tar FILE] [DIRECTORY...]

FILE is a root file system of about 240 MB; without it mmdebstrap makes one. DIRECTORY is a place to measure; without one
these are /dev/shm and /var/tmp, memory and disk. Runs as an ordinary user with subordinate ids.

The peers take turns. Of seconds the least is shown, of ratios the median of those of the same round, which a noisy machine
disturbs least. `cores` is processor time by time on the clock; `memory` the most that all processes had at once."""
import argparse
import ctypes
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("HUTCH_BUILD_DIR", os.path.join(os.path.dirname(TESTS), "build"))
os.environ.setdefault("HUTCH", os.path.join(BUILD, "src/cli/hutch"))
PR_SET_CHILD_SUBREAPER = 36
MEMORY = 64 << 20
PAGE = os.sysconf("SC_PAGE_SIZE")
sys.path.insert(0, os.path.join(TESTS, "images"))


class Cost:
    def __init__(self, seconds, processor):
        self.seconds, self.processor = seconds, processor


def processor_time():
    times = os.times()
    return times.children_user + times.children_system


def reap():
    """Whatever a command left behind is ours (prctl(2), PR_SET_CHILD_SUBREAPER), its time too; podman's keeper of a user
    namespace stays."""
    end = time.monotonic() + 0.2
    while time.monotonic() < end and set(children_of(os.getpid())) - known:
        if os.waitpid(-1, os.WNOHANG)[0] == 0:
            time.sleep(0.005)


def children_of(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


known = set()  # children that are no part of what is measured


def resident(pid):
    """Bytes of a process and all below it, shared ones in each."""
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as file:
            own = int(file.read().split()[1]) * PAGE
    except (OSError, IndexError):
        own = 0
    return own + sum(resident(child) for child in children_of(pid))


def cost_of(command, environment):
    processor, started = processor_time(), time.monotonic()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment)
    seconds = time.monotonic() - started
    reap()
    return Cost(seconds, processor_time() - processor)


def memory_of(command, environment):
    most = 0
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment) as process:
        while process.poll() is None:
            most = max(most, resident(process.pid))
            time.sleep(0.005)
    assert process.returncode == 0, command
    return most


class Place:
    """All measurements in one directory, which TMPDIR names."""

    def __init__(self, tar, rounds):
        import oci
        import scene
        self.oci, self.scene, self.rounds = oci, scene, rounds
        self.base = scene.scratch
        with open(tar, "rb") as file:
            self.layer = file.read()
        self.added = scene.layer({}, seed=1, size=2 << 20)
        self.port = scene.start_registry()
        known.update(child.pid for child in scene.children)

    def layout(self, name, layers, compression):
        level = {"gzip": "-6", "zstd": "-3"}[compression]
        blobs = [subprocess.run([compression, level, "-c"], input=layer, stdout=subprocess.PIPE, check=True).stdout for layer in layers]
        path = os.path.join(self.base, name)
        self.oci.Layout(path).finish(layers, compression, blobs=blobs)
        return path, [os.path.join(path, "blobs/sha256", self.oci.digest(blob)[7:]) for blob in blobs]

    def push(self, layout, name):
        name = f"127.0.0.1:{self.port}/{name}:1"
        subprocess.run(["skopeo", "copy", "--quiet", "--dest-tls-verify=false", f"oci:{layout}:latest", f"docker://{name}"], check=True)
        return name

    def settle(self):
        """What was written before is not paid for by who comes next."""
        subprocess.run(["sync", "--file-system", self.base], check=True)

    def hutch(self, *words, fresh=True, measure=cost_of):
        if fresh:
            self.scene.new_home()
        self.settle()
        result = measure([self.scene.HUTCH, "image", *words], self.scene.environment())
        if fresh:
            self.forget(self.scene.home)
        return result

    def forget(self, directory):
        subprocess.run(["unshare", "--map-auto", "--map-root-user", "rm", "-rf", directory], check=True)

    def tar(self, blob, program):
        """With the ids of a user namespace, and on the disk at the end, as hutch leaves it."""
        target = os.path.join(self.base, "tar")
        os.mkdir(target)
        self.settle()
        script = f'{program} -dc "$1" | tar -x --numeric-owner --exclude="./dev/*" -C "$2" && sync --file-system "$2"'
        cost = cost_of(["unshare", "--map-auto", "--map-root-user", "sh", "-c", script, "sh", blob, target], dict(os.environ))
        self.forget(target)
        return cost

    def podman(self, layout, ending=""):
        with tempfile.TemporaryDirectory(prefix="hutch-", dir="/tmp") as run:  # podman's runroot has at most 50 characters
            root = os.path.join(self.base, "podman")
            command = ["podman", "--root", root, "--runroot", run]
            environment = self.scene.environment()
            subprocess.run([*command, "info"], check=True, env=environment, stdout=subprocess.DEVNULL)
            self.settle()
            script = f'directory=$1; shift; "$@" {ending}'
            cost = cost_of(["sh", "-c", script, "sh", root, *command, "pull", "--quiet", f"oci:{layout}:latest"], environment)
            subprocess.run([*command, "unshare", "rm", "-rf", root], check=True, env=environment)
            self.scene.end_podman()
            return cost

    def compare(self, title, peers, goals):
        """`goals` are what the first may take of each of the others."""
        costs = {name: [] for name in peers}
        for _ in range(self.rounds):
            for name, act in peers.items():
                costs[name].append(act())
        first = costs[next(iter(peers))]
        print(title)
        for (name, own), goal in zip(costs.items(), [None, *goals]):
            cores = statistics.median(cost.processor / cost.seconds for cost in own)
            ratio = statistics.median(one.seconds / other.seconds for one, other in zip(first, own))
            beside = f"   first is {ratio:.2f} of it (goal {goal}: {'met' if ratio <= goal else 'MISSED'})" if goal else ""
            print(f"  {name:30} {min(cost.seconds for cost in own):7.2f} s  {cores:4.1f} cores{beside}", flush=True)

    def measure(self):
        print(f"== {self.base}, {len(self.layer) / 1e6:.0f} MB unpacked", flush=True)
        for program in ("gzip", "zstd"):
            layout, blobs = self.layout(program, [self.layer], program)
            peers = {f"hutch image load, {program}": lambda: self.hutch("load", "--quiet", f"oci:{layout}"),
                     f"{program} -dc | tar -x": lambda: self.tar(blobs[0], program)}
            if shutil.which("podman"):
                peers["podman pull oci:"] = lambda: self.podman(layout)
                # As hutch leaves it; podman brings nothing to the disk.
                peers["the same, and sync"] = lambda: self.podman(layout, '&& sync --file-system "$directory"')
            self.compare(f"a layer in {program}", peers, (1.3, 0.4, 0.4))
            memory = self.hutch("load", "--quiet", f"oci:{layout}", measure=memory_of)
            name = self.push(layout, program)
            self.compare(f"from a registry, {program}", {"hutch image pull": lambda: self.hutch("pull", "--quiet", name),
                                                         "hutch image load": lambda: self.hutch("load", "--quiet", f"oci:{layout}")}, (1.15,))
            memory = max(memory, self.hutch("pull", "--quiet", name, measure=memory_of))
            print(f"  memory of all its processes {memory / 2**20:.0f} MiB (goal {MEMORY >> 20}: "
                  f"{'met' if memory <= MEMORY else 'MISSED'})", flush=True)
        self.second()

    def second(self):
        first = self.push(self.layout("first", [self.layer], "gzip")[0], "first")
        both = self.push(self.layout("both", [self.layer, self.added], "gzip")[0], "both")
        alone = self.push(self.layout("alone", [self.added], "gzip")[0], "alone")

        def pull_second():
            self.hutch("pull", "--quiet", first, fresh=False)
            cost = self.hutch("pull", "--quiet", both, fresh=False)
            for name in (first, both):
                self.hutch("rm", name, fresh=False)
            self.hutch("prune", fresh=False)
            return cost

        self.scene.new_home()
        self.compare("a second image with 2 MB of its own", {
            "pulled where the large layer is": pull_second, "those 2 MB as an image": lambda: self.hutch("pull", "--quiet", alone)}, (1.5,))
        self.count(first, both)

    def count(self, first, both):
        from fault_proxy import Proxy
        proxy = Proxy(self.port)
        self.scene.new_home()
        self.hutch("pull", "--quiet", first.replace(str(self.port), str(proxy.port)), fresh=False)
        proxy.clear()
        self.hutch("pull", "--quiet", both.replace(str(self.port), str(proxy.port)), fresh=False)
        own = [one["size"] for one in self.scene.images() for one in one["layers"]]
        print(f"  {len(proxy.seen(''))} requests, {len(proxy.seen('blobs'))} of them for blobs; the new layer has "
              f"{min(own) / 1e6:.1f} MB, the shared one {max(own) / 1e6:.0f} MB", flush=True)
        print("  " + self.scene.image("du").stdout.replace("\n", "\n  ").rstrip(), flush=True)
        proxy.close()


def make_tar(directory):
    tar = os.path.join(directory, "root.tar")
    subprocess.run(["mmdebstrap", "--quiet", "--mode=unshare", "--variant=minbase",
                    "--include=systemd,systemd-sysv,dbus,python3,perl,less", "trixie", tar], check=True)
    return tar


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tar")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("places", nargs="*")
    arguments = parser.parse_args()
    if arguments.here:
        assert ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
        Place(arguments.tar, arguments.rounds).measure()
        return
    with tempfile.TemporaryDirectory(dir="/var/tmp") as directory:
        tar = arguments.tar or make_tar(directory)
        for place in arguments.places or ["/dev/shm", "/var/tmp"]:
            subprocess.run([sys.executable, os.path.abspath(__file__), "--here", "--rounds", str(arguments.rounds), "--tar", tar],
                           check=True, env={**os.environ, "TMPDIR": place})


main()
