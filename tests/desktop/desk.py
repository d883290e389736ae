"""What the cases share: test lines, waiting, windows and their pixels, programs started through hutch, leftovers."""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import time

import pixels

RUNTIME = os.environ["XDG_RUNTIME_DIR"]
HOME = os.environ["HOME"]
HERE = os.path.dirname(os.path.abspath(__file__))
WORK = tempfile.mkdtemp(prefix="case-")
failures = []


def check(name, holds, detail=""):
    print(f"{'ok' if holds else 'not ok'} - {name}", flush=True)
    if not holds:
        failures.append(name)
        if detail:
            print("  | " + str(detail).rstrip().replace("\n", "\n  | "), flush=True)
    return bool(holds)


def finish():
    sys.exit(1 if failures else 0)


def until(seconds, condition):
    """The first true value of `condition()`, or its last one when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > deadline:
            return value
        time.sleep(0.05)


def output(*command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          timeout=60, **options).stdout


def windows():
    """Every window of the compositor: its app_id and its rectangle (x, y, width, height)."""
    found = []

    def walk(node):
        if node.get("app_id"):
            rectangle = node["rect"]
            found.append((node["app_id"], (rectangle["x"], rectangle["y"], rectangle["width"], rectangle["height"])))
        for child in node.get("nodes", []) + node.get("floating_nodes", []):
            walk(child)

    walk(json.loads(output("swaymsg", "--type", "get_tree")))
    return found


def find_window(pattern):
    return next((entry for entry in windows() if re.search(pattern, entry[0])), None)


def screenshot(name):
    path = os.path.join(WORK, name + ".ppm")
    subprocess.run(["grim", "-t", "ppm", path], check=True)
    return path


class Sandboxed:
    """A program started with `hutch run`."""

    count = 0

    def __init__(self, *arguments, name="app", **options):
        Sandboxed.count += 1
        self.instance = f"{name}{os.getpid()}{Sandboxed.count}"
        self.log = os.path.join(WORK, self.instance + ".log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(["hutch", "run", "--instance", self.instance, *arguments], stdout=log,
                                            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, **options)

    def text(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def wait(self, seconds=60):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return "still running"

    def record(self):
        listed = json.loads(output("hutch", "ps", "--json"))["instances"]
        return next((entry for entry in listed if entry["id"] == self.instance), None)

    def scope(self):
        """The unit of this instance, or None."""
        text = output("systemctl", "--user", "list-units", "--plain", "--no-legend", "--all",
                      f"app-hutch-*-{self.instance}.scope")
        return text.split()[0] if text.strip() else None

    def processes(self):
        """Pids in the instance's scope."""
        scope, pids = self.scope(), []
        if scope:
            group = output("systemctl", "--user", "show", "--property=ControlGroup", "--value", scope).strip()
            for path in glob.glob(f"/sys/fs/cgroup{group}/**/cgroup.procs", recursive=True):
                with open(path, encoding="ascii") as file:
                    pids += file.read().split()
        return pids

    def leftovers(self):
        """What still speaks of this instance in the system."""
        found = [path for path in (f"{RUNTIME}/hutch/{self.instance}", f"{RUNTIME}/.flatpak/{self.instance}")
                 if os.path.lexists(path)]
        if self.scope():
            found.append(self.scope())
        with open("/proc/self/mountinfo", encoding="utf-8") as file:
            found += [line for line in file if self.instance in line]
        for path in glob.glob("/proc/[0-9]*/cgroup"):
            try:
                with open(path, encoding="ascii", errors="replace") as file:
                    if self.instance in file.read():
                        found.append(path)
            except OSError:
                pass  # it ended meanwhile
        return found

    def check_nothing_left(self, what):
        until(10, lambda: not self.leftovers())
        check(f"{what}: nothing is left behind", not self.leftovers(), "\n".join(self.leftovers()))
