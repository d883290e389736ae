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
VERBS = ["load", "rm", "prune"]


def layer(dice, prefix, files):
    tar = oci.Tar()
    for number in range(files):
        tar.add(f"{prefix}/{number % 7}/file{number}", data=dice.randbytes(dice.choice([10, 3000, 40000])),
                uid=dice.choice([0, 33, 1000]), mode=0o644)
    return tar.bytes()


class Rounds:
    def __init__(self, base):
        self.base, self.dice, self.failed = base, random.Random(5), 0
        self.killed = {verb: 0 for verb in VERBS}
        self.store = oci.Store(base)
        shared = layer(self.dice, "usr", 60)
        self.layouts = []
        for name, kind in (("one", "gzip"), ("two", "zstd"), ("three", "xz")):
            layout = os.path.join(base, name)
            oci.Layout(layout).finish([shared, layer(self.dice, "opt/" + name, 40)], kind)
            self.layouts.append((layout, name))
        self.lengths = {}
        for verb in VERBS:
            command = self.prepare(verb)
            started = time.monotonic()
            self.store.must(*command)
            self.lengths[verb] = time.monotonic() - started

    def fail(self, number, act, what):
        print(f"not ok - round {number}, killed in {act}: {what}", flush=True)
        self.failed += 1

    def names(self):
        return [line.split()[0] for line in self.store.must("list").splitlines()]

    def empty(self):
        for name in self.names():
            self.store.must("rm", name)

    def prepare(self, verb):
        """Something to do for the verb; the words of its command."""
        if verb == "load":
            self.empty()
            if self.dice.random() < 0.7:
                self.prune()
            return ["load", *self.dice.choice(self.layouts)]
        for layout in self.dice.sample(self.layouts, 2):
            self.store.must("load", *layout)
        if verb == "rm":
            return ["rm", self.dice.choice(self.names())]
        if self.dice.random() < 0.5:
            return ["prune", "blobs"]
        self.empty()
        return ["prune"]

    def kill_in(self, verb, command):
        commands = [command] + ([["load", *self.dice.choice(self.layouts)]] if self.dice.random() < 0.3 else [])
        processes = [subprocess.Popen([self.store.drive, self.store.root, *one], stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL, start_new_session=True) for one in commands]
        try:
            processes[0].wait(timeout=self.dice.uniform(0, self.lengths[verb]))
        except subprocess.TimeoutExpired:
            pass
        self.killed[verb] += processes[0].poll() is None
        for process in processes:
            process.send_signal(signal.SIGKILL)
            process.wait()

    def prune(self):
        """As soon as the killed one's unpacker is gone too."""
        deadline = time.monotonic() + PATIENCE
        while True:
            result = self.store.run("prune")
            if result.returncode == 0 or time.monotonic() > deadline:
                return result
            time.sleep(0.01)

    def round(self, number):
        verb = VERBS[number % len(VERBS)]
        command = self.prepare(verb)
        self.kill_in(verb, command)
        checked = self.store.run("check")
        if checked.returncode != 0 or not checked.stdout.strip().endswith("damages 0"):
            self.fail(number, command, f"check says {checked.stdout[-400:]} {checked.stderr}")
        if number % 5 == 4:
            pruned = self.prune()
            left = {place: os.listdir(os.path.join(self.store.root, place)) for place in ("staging", "partial")}
            if pruned.returncode != 0 or any(left.values()):
                self.fail(number, command, f"prune leaves {left} {pruned.stderr}")

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
        for number in range(ROUNDS):
            rounds.round(number)
        rounds.conclude()
        killed = sum(rounds.killed.values())
        is_good = rounds.failed == 0 and killed >= ROUNDS // 4
        print(f"{'ok' if is_good else 'not ok'} - {ROUNDS} rounds, {killed} killed in the middle: "
              f"the store is clean after each  # {rounds.killed}")
    return 0 if is_good else 1


sys.exit(main())
