"""What running instances cost: memory and processor time of a hundred idle ones, `ps` with two hundred, a start beside
one, ten, a hundred and two hundred others."""
import json
import os
import statistics
import subprocess
import time

from desk import Sandboxed, output, until

SLEEP = ["--profile", "cli", "/usr/bin/sleep", "6000"]
COUNTS = (1, 10, 100, 200)
ROUNDS = int(os.environ.get("HUTCH_BENCH_ROUNDS", "20"))


def count_running():
    return sum(entry["init"] > 0 for entry in json.loads(output("hutch", "ps", "--json"))["instances"])


def timed(*command):
    times = []
    for _ in range(ROUNDS):
        started = time.monotonic()
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
        times.append((time.monotonic() - started) * 1000)
    return f"median {statistics.median(times):.1f} ms, least {min(times):.1f} ms"


def hutch_processes():
    """Supervisors and PID 1s: their proportional memory in KiB and their processor time in clock ticks."""
    memory, ticks = 0, 0
    for entry in json.loads(output("hutch", "ps", "--json"))["instances"]:
        for pid in (entry["supervisor"], entry["init"]):
            try:
                with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
                    memory += next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
            except OSError:
                memory = -(10 ** 9)  # not ours to look into: non-dumpable
            with open(f"/proc/{pid}/stat", encoding="ascii") as file:
                fields = file.read().rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
    return memory, ticks


apps = []
for wanted in COUNTS:
    while len(apps) < wanted:
        apps.append(Sandboxed(*SLEEP))
    until(300, lambda: count_running() == wanted)
    print(f"{wanted} running: a start takes {timed('hutch', 'run', '--profile', 'cli', '/usr/bin/true')}; "
          f"ps {timed('hutch', 'ps')}", flush=True)
    if wanted == 100:
        memory, before = hutch_processes()
        time.sleep(20)
        after = hutch_processes()[1]
        shown = f"{memory / wanted:.0f} KiB each" if memory > 0 else "not readable"
        print(f"100 idle: memory of supervisor and PID 1 {shown}, {after - before} ticks of processor time in 20 s", flush=True)
output("hutch", "kill", "--all")
for app in apps:
    app.wait(60)
