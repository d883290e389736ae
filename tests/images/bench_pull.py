#!/usr/bin/python3
"""How long a pull from a registry on loopback takes beside a load of the same blobs from disk.

usage: HUTCH=PATH bench_pull.py [ROUNDS] [MEGABYTES]

The two are interleaved, each with a store of its own; the medians of one run and their ratio are printed.
"""
import os
import statistics
import subprocess
import sys
import time

from scene import HUTCH, environment, layer, need, new_home, scratch, start_registry, write_layout


def seconds(*words):
    new_home()
    started = time.monotonic()
    subprocess.run([HUTCH, "image", *words], env=environment(), check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - started


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    megabytes = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    text = "".join(f"line {number} of a text that can be compressed\n" for number in range(200000)).encode()
    tars = [layer({f"text-{part}-{index}": text for index in range(4)}, seed=part, size=(megabytes << 20) // 10) for part in range(5)]
    layout = os.path.join(scratch, "layout")
    write_layout(layout, tars)
    port = start_registry()
    name = f"127.0.0.1:{port}/bench:1"
    need("skopeo", "copy", "--quiet", "--dest-tls-verify=false", f"oci:{layout}", f"docker://{name}")
    times = {"load": [], "pull": []}
    for _ in range(rounds):
        times["load"].append(seconds("load", "--quiet", f"oci:{layout}"))
        times["pull"].append(seconds("pull", "--quiet", name))
    load, pull = statistics.median(times["load"]), statistics.median(times["pull"])
    print(f"load {load:.2f} s, pull {pull:.2f} s, pull/load {pull / load:.2f}")


main()
