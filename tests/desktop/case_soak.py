"""Many launches, all ways to end them, and what goes wrong around them: nothing stays behind, every end is recorded.

Small by default; with the argument "full" two thousand launches in a row and two hundred at once.
"""
import glob
import json
import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from desk import HOME, RUNTIME, Sandboxed, check, finish, output, until

IS_FULL = "full" in sys.argv[1:]
IN_A_ROW, AT_ONCE = (2000, 200) if IS_FULL else (60, 24)
SLEEP = ["--profile", "cli", "/usr/bin/sleep", "600"]
STATE = os.environ.get("XDG_STATE_HOME", HOME + "/.local/state")
random.seed(7)


def inventory():
    """What launches could leave behind, by kind."""
    found = {"processes": [], "inotify": [], "descriptors of the manager": []}
    manager = output("systemctl", "--user", "show", "--property=ManagerPID", "--value").strip() or \
        output("pgrep", "--oldest", "--euid", str(os.getuid()), "systemd").strip()
    for path in glob.glob("/proc/[0-9]*"):
        try:
            with open(path + "/cmdline", "rb") as file:
                command = file.read()
            if b"hutch-launch" in command or b"xdg-dbus-proxy" in command or b"hutch\0run" in command:
                with open(path + "/stat", encoding="utf-8") as file:
                    if file.read().rpartition(")")[2].split()[0] != "Z":
                        found["processes"].append(path)
            for fd in os.listdir(path + "/fd"):
                link = os.readlink(f"{path}/fd/{fd}")
                if "inotify" in link:
                    found["inotify"].append(path)
                if path == "/proc/" + manager:
                    found["descriptors of the manager"].append(link)
        except OSError:
            pass  # it ended meanwhile, or is not ours to look into
    found["scopes"] = output("systemctl", "--user", "list-units", "--all", "--plain", "--no-legend", "app-hutch-*.scope").split("\n")[:-1]
    found["groups"] = glob.glob(f"/sys/fs/cgroup/user.slice/user-{os.getuid()}.slice/user@*.service/app.slice/app-hutch-*.scope")
    found["directories"] = [name for name in os.listdir(RUNTIME + "/hutch") if not name.startswith(".")] if os.path.isdir(RUNTIME + "/hutch") else []
    found["identities"] = os.listdir(RUNTIME + "/.flatpak") if os.path.isdir(RUNTIME + "/.flatpak") else []
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        found["mounts"] = file.read().splitlines()
    return {kind: len(entries) for kind, entries in found.items()}, found


def check_nothing_more(what, before):
    def grown():
        now, details = inventory()
        # The manager's own descriptors move a little with the units it looks at.
        return {kind: (before[kind], now[kind], details[kind][-5:]) for kind in now
                if now[kind] > before[kind] + (8 if kind == "descriptors of the manager" else 0)}

    until(20, lambda: not grown())
    left = grown()
    check(f"{what}: nothing is left behind", not left, left)
    listed = json.loads(output("hutch", "ps", "--json"))["instances"]
    check(f"{what}: ps lists nothing", not listed, listed)


def ends():
    """The last recorded end of each instance."""
    return {run["id"]: run for run in json.loads(output("hutch", "history", "--lines", "100000", "--json"))["runs"]}


def test_in_a_row(before):
    def one(number):
        return subprocess.run(["hutch", "run", "--instance", f"row{number}", "--profile", "cli", "/bin/sh", "-c",
                               f"exit {number % 100}"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)

    started = time.monotonic()
    wrong = [(number, result.returncode, result.stdout) for number, result in
             ((number, one(number)) for number in range(IN_A_ROW)) if result.returncode != number % 100]
    check(f"{IN_A_ROW} launches in a row end as they should", not wrong, wrong[:5])
    print(f"# {IN_A_ROW} in {time.monotonic() - started:.0f} s")
    recorded = ends()
    bad = [number for number in range(IN_A_ROW) if recorded.get(f"row{number}", {}).get("status") != number % 100]
    check("each is in the history with its status", not bad, bad[:5])
    check_nothing_more("launches in a row", before)


def act_on(app):
    """One way to treat a running instance; what its end must look like."""
    way = random.choice(["stop", "kill", "pause", "exec", "supervisor", "init", "scope"])
    record = app.record() or {}
    if way in ("stop", "kill"):
        output("hutch", way, app.instance)
    elif way == "pause":
        output("hutch", "pause", app.instance)
        output("hutch", "resume", app.instance)
        output("hutch", "pause", app.instance)
        output("hutch", "stop", app.instance)
    elif way == "exec":
        check_status = subprocess.run(["hutch", "exec", app.instance, "--", "sh", "-c", "exit 7"], check=False,
                                      stdin=subprocess.DEVNULL).returncode
        output("hutch", "stop", app.instance)
        return way, (143,) if check_status == 7 else ("exec failed",)
    elif way == "scope":
        output("systemctl", "--user", "kill", "--signal=KILL", record.get("scope", ""))
    else:
        try:
            os.kill(record["supervisor"] if way == "supervisor" else record["init"], signal.SIGKILL)
        except (KeyError, OSError) as error:
            return way, (str(error),)
    return way, {"stop": (143,), "kill": (137,), "pause": (143,), "supervisor": (-9,), "init": (137,), "scope": (137,)}[way]


def test_at_once(before):
    with ThreadPoolExecutor(8) as pool:
        apps = list(pool.map(lambda _: Sandboxed(*SLEEP), range(AT_ONCE)))
        until(120, lambda: sum(entry["init"] > 0 for entry in json.loads(output("hutch", "ps", "--json"))["instances"]) == AT_ONCE)
        listed = json.loads(output("hutch", "ps", "--json"))["instances"]
        check(f"{AT_ONCE} run at once", len(listed) == AT_ONCE, len(listed))
        started = time.monotonic()
        output("hutch", "ps")
        print(f"# ps with {AT_ONCE} instances: {(time.monotonic() - started) * 1000:.0f} ms")
        results = list(pool.map(lambda app: (app, *act_on(app)), apps))
    wrong = [(way, wanted, app.wait(60)) for app, way, wanted in results if app.wait(60) not in wanted]
    check("each ends as it was ended", not wrong, wrong[:5])
    check_nothing_more("mixed ends", before)
    recorded = ends()
    wanted = {"supervisor": "lost"}
    bad = [(way, recorded.get(app.instance)) for app, way, _ in results
           if app.instance not in recorded or ((recorded[app.instance]["outcome"] == "lost") != (way in wanted))]
    check("each is in the history as it ended", not bad, bad[:5])


def test_runtime_directory(before):
    app = Sandboxed(*SLEEP)
    until(20, lambda: (app.record() or {}).get("init"))
    supervisor = app.process.pid
    subprocess.run(["rm", "-rf", RUNTIME + "/hutch"], check=True)
    check("an app outlives its directory", app.process.poll() is None)
    check("ps does not know it", app.record() is None)
    other = Sandboxed("--profile", "cli", "/usr/bin/true")
    check("others start", other.wait(60) == 0, other.text())
    os.kill(supervisor, signal.SIGTERM)
    check("it ends when asked", app.wait(30) == 143, app.text())
    check_nothing_more("a removed runtime directory", before)


def test_full_disk(before):
    """The state directory is on a file system that is full: `run` of tests/desktop mounts it."""
    small = "/var/tiny"
    if not os.path.ismount(small):
        print("skip - there is no small file system at /var/tiny")
        return
    environment = {**os.environ, "XDG_STATE_HOME": small + "/state", "XDG_DATA_HOME": HOME + "/.local/share"}
    with open(small + "/filler", "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass
    result = subprocess.run(["hutch", "run", "--profile", "cli", "/bin/sh", "-c", "exit 5"], env=environment, check=False,
                            stdin=subprocess.DEVNULL, capture_output=True, text=True)
    check("a full disk stops no app", result.returncode == 5, result.stderr)
    os.unlink(small + "/filler")
    check_nothing_more("a full disk", before)


Sandboxed("--profile", "cli", "/usr/bin/true").wait(60)
output("hutch", "ps")
first, _ = inventory()
for test in (test_in_a_row, test_at_once, test_runtime_directory, test_full_disk):
    test(first)
finish()
