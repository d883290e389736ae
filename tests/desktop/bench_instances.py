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
    """Supervisors and PID 1s: KiB of memory of their own and of program files, which all share, and clock ticks of
    processor time."""
    own, shared, ticks = 0, 0, 0
    for entry in json.loads(output("hutch", "ps", "--json"))["instances"]:
        for pid in (entry["supervisor"], entry["init"]):
            with open(f"/proc/{pid}/status", encoding="ascii") as file:
                sizes = dict(line.split(":", 1) for line in file if line.startswith("Rss"))
            own += int(sizes["RssAnon"].split()[0])
            shared += int(sizes["RssFile"].split()[0])
            with open(f"/proc/{pid}/stat", encoding="ascii") as file:
                fields = file.read().rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
    return own, shared, ticks


apps = []
for wanted in COUNTS:
    while len(apps) < wanted:
        apps.append(Sandboxed(*SLEEP))
    until(300, lambda: count_running() == wanted)
    print(f"{wanted} running: a start takes {timed('hutch', 'run', '--profile', 'cli', '/usr/bin/true')}; "
          f"ps {timed('hutch', 'ps')}", flush=True)
    if wanted == 100:
        own, shared, before = hutch_processes()
        time.sleep(20)
        after = hutch_processes()[2]
        print(f"100 idle: supervisor and PID 1 have {own / wanted:.0f} KiB of their own and map {shared / wanted:.0f} KiB of "
              f"files; {after - before} ticks of processor time in 20 s", flush=True)
output("hutch", "kill", "--all")
for app in apps:
    app.wait(60)
