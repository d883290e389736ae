"""What people feel, on the test desktop: time to the first window, a start with scope and bus proxy, work done inside.

Prints tables; hutch and its counterpart take turns.
"""
import json
import os
import statistics
import subprocess
import sys
import time

from desk import Sandboxed, find_window, output, until

ROUNDS = int(os.environ.get("HUTCH_BENCH_ROUNDS", "20"))
PROGRAMS = [("GTK 3", ["gtk3-widget-factory"]), ("GTK 4", ["gnome-calculator"]), ("Qt", ["featherpad"])]
NAMES = ["bare", "hutch"]


def next_window(events):
    """When the compositor says that a new window is mapped."""
    for line in events.stdout:
        if json.loads(line)["change"] == "new":
            return time.monotonic()
    return None


def window_time(command, is_sandboxed):
    events = subprocess.Popen(["swaymsg", "--monitor", "--raw", "--type", "subscribe", '["window"]'],
                              stdout=subprocess.PIPE, text=True)
    time.sleep(0.2)  # the subscription has no answer to wait for
    started = time.monotonic()
    if is_sandboxed:
        app = Sandboxed(*command)
        process = app.process
    else:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seen = next_window(events)
    events.kill()
    events.wait()
    if is_sandboxed:
        output("hutch", "stop", app.instance)
    else:
        process.terminate()
    process.wait(20)
    until(10, lambda: not find_window("."))
    return seen - started


def rows_of(title, unit, measured, goal):
    print(f"{title} ({unit}, median of {ROUNDS})")
    for name, values in measured.items():
        bare, own = (statistics.median(values[kind]) for kind in values)
        print(f"  {name:24} {list(values)[0]} {bare:.3f}  hutch {own:.3f}  ratio {own / bare:.2f} "
              f"(goal {goal:.2f}: {'met' if own / bare <= goal else 'MISSED'})", flush=True)
    print()


def windows():
    measured = {}
    for name, command in PROGRAMS:
        times = {kind: [] for kind in NAMES}
        window_time(command, False), window_time(command, True)  # files in memory, caches filled
        for _ in range(ROUNDS):
            for kind in NAMES:
                times[kind].append(window_time(command, kind == "hutch"))
        measured[name] = times
    rows_of("Time to the first window", "s", measured, 1.10)


BY_HAND = r"""
set -e
d=$(mktemp -d)
printf '[Application]\nname=org.example.Bench\n\n[Instance]\ninstance-id=bench\n' >$d/info
mkfifo $d/ready
bwrap --unshare-user --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64 \
  --proc /proc --dev /dev --bind $XDG_RUNTIME_DIR $XDG_RUNTIME_DIR --bind $d $d --ro-bind $d/info /.flatpak-info \
  xdg-dbus-proxy --fd=9 "$DBUS_SESSION_BUS_ADDRESS" $d/bus --filter 9>$d/ready &
exec 8<$d/ready
head -c 1 <&8 >/dev/null
systemd-run --user --scope --quiet bwrap --unshare-all --die-with-parent --ro-bind /usr /usr --symlink usr/bin /bin \
  --symlink usr/lib /lib --symlink usr/lib64 /lib64 --ro-bind /etc /etc --proc /proc --dev /dev --tmpfs /tmp \
  --dir $XDG_RUNTIME_DIR --bind $d/bus $XDG_RUNTIME_DIR/bus --ro-bind $d/info /.flatpak-info /bin/true
exec 8<&-
kill $!
wait || true
rm -r $d
"""


def timed(*command):
    started = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - started


def scope_and_proxy():
    own = ["hutch", "run", "--profile", "cli", "--talk-name=org.freedesktop.portal.Settings", "/bin/true"]
    times = {"by hand": [], "hutch": []}
    for _ in range(ROUNDS):
        times["by hand"].append(timed("bash", "-c", BY_HAND))
        times["hutch"].append(timed(*own))
    rows_of("A start with a user scope and a bus proxy", "s", {"/bin/true": times}, 1.1)


def hashing():
    program = ["python3", "-c", "import hashlib, time\nd = bytes(1 << 26)\nt = time.perf_counter()\n"
               "hashlib.sha256(d).digest()\nprint(time.perf_counter() - t)"]
    times = {"bare": [], "hutch": []}
    for _ in range(ROUNDS):
        times["bare"].append(float(output(*program)))
        times["hutch"].append(float(output("hutch", "run", "--profile", "cli", *program).split()[-1]))
    rows_of("SHA-256 of 64 MiB", "s", {"python3": times}, 1 / 0.98)


wanted = sys.argv[1:] or ["windows", "scope_and_proxy", "hashing"]
for name in wanted:
    {"windows": windows, "scope_and_proxy": scope_and_proxy, "hashing": hashing}[name]()
