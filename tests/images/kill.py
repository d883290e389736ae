#!/usr/bin/python3
"""kill -9 at random points of loading, removing and pruning: the store opens, its check is clean, nothing is left over."""
import os
import random
import signal
import subprocess
import sys
import time

import oci

ROUNDS = int(os.environ.get("ROUNDS") or "20")
PATIENCE = 30  # seconds


def layer(dice, prefix, files):
    tar = oci.Tar()
    for number in range(files):
        tar.add(f"{prefix}/{number % 7}/file{number}", data=dice.randbytes(dice.choice([10, 3000, 40000])),
                uid=dice.choice([0, 33, 1000]), mode=0o644)
    return tar.bytes()


class Rounds:
    def __init__(self, base):
        self.base, self.dice, self.failed = base, random.Random(5), 0
        self.store = oci.Store(base)
        shared = layer(self.dice, "usr", 60)
        self.layouts = []
        for name, kind in (("one", "gzip"), ("two", "zstd"), ("three", "xz")):
            layout = os.path.join(base, name)
            oci.Layout(layout).finish([shared, layer(self.dice, "opt/" + name, 40)], kind)
            self.layouts.append((layout, name))
        started = time.monotonic()
        self.store.must("load", *self.layouts[0])
        self.length = time.monotonic() - started

    def fail(self, number, act, what):
        print(f"not ok - round {number}, killed in {act}: {what}", flush=True)
        self.failed += 1

    def act(self):
        names = [line.split()[0] for line in self.store.must("list").splitlines()]
        kind = self.dice.choice(["load", "load", "load", "rm", "prune", "prune all"])
        if kind == "rm" and names:
            return ["rm", self.dice.choice(names)]
        if kind == "prune":
            return ["prune"]
        if kind == "prune all":
            return ["prune", "blobs"]
        return ["load", *self.dice.choice(self.layouts)]

    def kill_in(self, act):
        processes = [subprocess.Popen([self.store.drive, self.store.root, *one], stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL, start_new_session=True)
                     for one in ([act, ["load", *self.dice.choice(self.layouts)]] if self.dice.random() < 0.3 else [act])]
        try:
            processes[0].wait(timeout=self.dice.uniform(0, self.length * 0.5))
        except subprocess.TimeoutExpired:
            pass
        ended = processes[0].poll() is not None
        for process in processes:
            process.send_signal(signal.SIGKILL)
            process.wait()
        return not ended

    def prune(self):
        """As soon as the killed one's unpacker is gone too."""
        deadline = time.monotonic() + PATIENCE
        while True:
            result = self.store.run("prune")
            if result.returncode == 0 or time.monotonic() > deadline:
                return result
            time.sleep(0.01)

    def round(self, number):
        if self.dice.random() < 0.5:  # so that there is something to load
            for line in self.store.must("list").splitlines():
                self.store.must("rm", line.split()[0])
            self.prune()
        act = self.act()
        was_killed = self.kill_in(act)
        checked = self.store.run("check")
        if checked.returncode != 0 or not checked.stdout.strip().endswith("damages 0"):
            self.fail(number, act, f"check says {checked.stdout[-400:]} {checked.stderr}")
        if number % 10 == 9:
            pruned = self.prune()
            left = {place: os.listdir(os.path.join(self.store.root, place)) for place in ("staging", "partial")}
            if pruned.returncode != 0 or any(left.values()):
                self.fail(number, act, f"prune leaves {left} {pruned.stderr}")
        return was_killed

    def conclude(self):
        for name in ("one", "two", "three"):
            self.store.run("rm", name)
        self.prune()
        left = {place: os.listdir(os.path.join(self.store.root, place))
                for place in ("staging", "partial", "layers", "blobs/sha256")}
        if any(left.values()):
            self.fail("last", "nothing", f"an empty store holds {left}")


def main():
    with oci.scratch() as base:
        rounds = Rounds(base)
        killed = sum(rounds.round(number) for number in range(ROUNDS))
        rounds.conclude()
        is_good = rounds.failed == 0 and killed >= ROUNDS // 8
        print(f"{'ok' if is_good else 'not ok'} - {ROUNDS} rounds, {killed} killed in the middle: "
              f"the store is clean after each")
    return 0 if is_good else 1


sys.exit(main())
