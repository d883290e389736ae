"""Limits hold: of memory, tasks, processor time and open files, from the start and changed live."""
import json
import os
import re
import threading
import time

from desk import Sandboxed, check, finish, output, until

PYTHON = ["--profile", "cli", "/usr/bin/python3", "-c"]
SLEEP = ["--profile", "cli", "/usr/bin/sleep", "600"]
TAKE = "block = b'x' * ({} << 20); print('took it', flush=True)"
FORK = """
import os, signal, time
children = []
try:
    while len(children) < 400:
        child = os.fork()
        if child == 0:
            time.sleep(600)
            os._exit(0)
        children.append(child)
except OSError as error:
    print('refused:', error.errno, flush=True)
print('processes', len(children) + 1, flush=True)
for child in children:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
"""
OPEN = """
files = []
try:
    while len(files) < 20000:
        files.append(open('/dev/null'))
except OSError as error:
    print('refused:', error.errno, flush=True)
print('files', len(files), flush=True)
"""
SPIN = "while True: pass"
WINDOW = 8.0  # seconds that processor time is measured over


def group_of(app):
    path = until(30, app.scope) and output("systemctl", "--user", "show", "--property=ControlGroup", "--value", app.scope())
    return "/sys/fs/cgroup" + path.strip()


def number(group, name, key=None):
    with open(f"{group}/{name}", encoding="ascii") as file:
        text = file.read()
    return int(re.search(rf"^{key} (\d+)$", text, re.MULTILINE)[1] if key else text)


def processor_percent(*groups):
    """What each used of one processor while we looked."""
    def look():
        return [number(group, "cpu.stat", "usage_usec") for group in groups]

    before, start = look(), time.monotonic()
    time.sleep(WINDOW)
    after, seconds = look(), time.monotonic() - start
    return [(now - then) / 1e4 / seconds for now, then in zip(after, before)]


def available():
    with open("/proc/meminfo", encoding="ascii") as file:
        return int(re.search(r"^MemAvailable: *(\d+) kB", file.read(), re.MULTILINE)[1]) >> 10


def printed(text, word):
    found = re.search(rf"^{word} (\d+)", text, re.MULTILINE)
    return int(found[1]) if found else None


def set_limit(app, *limits):
    return output("hutch", "set", app.instance, *limits)


def inside(app, program):
    return output("hutch", "exec", app.instance, "--", "python3", "-c", program)


def test_memory():
    least, is_over = [available()], threading.Event()

    def watch():
        while not is_over.wait(0.05):
            least.append(available())

    watcher = threading.Thread(target=watch)
    watcher.start()
    app = Sandboxed("--memory=200M", *PYTHON, TAKE.format(1024))
    status = app.wait(120)
    is_over.set()
    watcher.join()
    check("memory: an allocation of 1 GB under 200M is killed", status == 137, f"{status}: {app.text()}")
    check("memory: and said to have used it up", "used up the memory" in app.text() and "hint: " in app.text(), app.text())
    run = json.loads(output("hutch", "history", "--json"))["runs"][-1]
    check("memory: the history knows why, and the peak", run["id"] == app.instance and run["cause"] == "memory" and
          150 << 20 < run["memory_peak"] <= 200 << 20, run)
    check("memory: it did not get what it asked for", "took it" not in app.text(), app.text())
    check("memory: the machine kept its own", least[0] - min(least) < 400, f"{least[0]} MB fell to {min(least)} MB")
    app.check_nothing_left("memory")
    app = Sandboxed("--memory=200M", *PYTHON, TAKE.format(100))
    check("memory: half of the limit is there", app.wait(60) == 0 and "took it" in app.text(), app.text())


def test_memory_live():
    app = Sandboxed(*SLEEP)
    group = group_of(app)
    check("memory, live: nothing stops it before", "took it" in inside(app, TAKE.format(300)))
    said = set_limit(app, "--memory=100M", "--swap=0")
    check("memory, live: the limit is set", number(group, "memory.max") == 100 << 20, said)
    check("memory, live: and holds", "took it" not in inside(app, TAKE.format(300)))
    check("memory, live: only the greedy command was killed", app.process.poll() is None)
    state = output("hutch", "ps", "--no-legend")
    check("memory, live: ps says that memory ran out", re.search(rf"^{app.instance} .* memory ", state), state)
    set_limit(app, "--memory=infinity")
    check("memory, live: the limit is lifted", "took it" in inside(app, TAKE.format(300)))
    output("hutch", "stop", app.instance)
    check("memory, live: the app ends well", app.wait(30) == 143, app.text())


def test_tasks():
    app = Sandboxed("--tasks=64", "--profile", "cli", "/bin/bash", "-c", "f() { f | f & }; f; sleep 600")
    group = group_of(app)
    counts = []
    until(4, lambda: counts.append(number(group, "pids.current")) or False)
    check("tasks: a fork bomb stays inside", counts and max(counts) <= 64, counts)
    check("tasks: it was a bomb", number(group, "pids.events", "max") > 0)
    started = time.monotonic()
    output("true")
    check("tasks: the machine still answers", time.monotonic() - started < 5)
    output("hutch", "kill", app.instance)
    check("tasks: it can be killed", app.wait(30) == 137, app.text())
    app.check_nothing_left("tasks")


def test_tasks_live():
    app = Sandboxed("--tasks=200", *SLEEP)
    until(30, app.scope)
    set_limit(app, "--tasks=20")
    few = printed(inside(app, FORK), "processes")
    check("tasks, live: lowered", few and few <= 20, few)
    set_limit(app, "--tasks=100")
    more = printed(inside(app, FORK), "processes")
    check("tasks, live: raised", more and 40 <= more <= 100, more)
    output("hutch", "kill", app.instance)
    app.wait(30)


def test_processor():
    app = Sandboxed("--cpu=20%", *PYTHON, SPIN)
    group = group_of(app)
    share = processor_percent(group)[0]
    check("processor: a spinner under 20% gets 20 +- 3 %", 17 <= share <= 23, share)
    set_limit(app, "--cpu=50%")
    share = processor_percent(group)[0]
    check("processor, live: raised to 50%", 45 <= share <= 55, share)
    set_limit(app, "--cpu=20%")
    share = processor_percent(group)[0]
    check("processor, live: lowered to 20%", 17 <= share <= 23, share)
    output("hutch", "kill", app.instance)
    app.wait(30)


def test_open_files():
    app = Sandboxed("--nofile=1000", *PYTHON, OPEN)
    app.wait(60)
    count = printed(app.text(), "files")
    check("open files: 20000 stop at 1000", count and 900 <= count <= 1000 and "refused: 24" in app.text(), app.text())
    app = Sandboxed(*SLEEP)
    until(30, app.scope)
    set_limit(app, "--nofile=100")
    text = inside(app, OPEN)
    count = printed(text, "files")
    check("open files, live: lowered", count and count <= 100 and "refused: 24" in text, text)
    said = set_limit(app, "--nofile=5000")
    check("open files, live: raising is refused with the cure", "can only be lowered" in said and "--nofile" in said, said)
    said = set_limit(app, "--nofile=10")
    check("open files, live: nobody can starve the sandbox itself", "64 at least" in said, said)
    output("hutch", "kill", app.instance)
    app.wait(30)


def test_times():
    started = time.monotonic()
    app = Sandboxed("--time=2s", *SLEEP)
    status = app.wait(30)
    check("time: its end is 124", status == 124 and "its time of 2 s is over" in app.text(), f"{status}: {app.text()}")
    check("time: soon after", 2 <= time.monotonic() - started < 20)
    app.check_nothing_left("time")
    app = Sandboxed("--idle=2s", *PYTHON, "import time; end = time.time() + 5\nwhile time.time() < end: pass\ntime.sleep(600)")
    started = time.monotonic()
    status = app.wait(60)
    check("idle: work is no idleness, sleep is", status == 124 and time.monotonic() - started > 6.5, f"{status}: {app.text()}")
    runs = json.loads(output("hutch", "history", "--json"))["runs"]
    check("the history knows both", [run["cause"] for run in runs[-2:]] == ["time", "idle"], runs[-2:])


def test_domains():
    small = Sandboxed("--domain=small", *PYTHON, SPIN)
    large = Sandboxed("--domain=large", *PYTHON, SPIN)
    groups = [os.path.dirname(group_of(app)) for app in (small, large)]
    names = [os.path.basename(group) for group in groups]
    check("domains: each has its slice", names == ["app-hutch-small.slice", "app-hutch-large.slice"], names)
    said = output("hutch", "set", "--domain=small", "--cpu-weight=100")
    said += output("hutch", "set", "--domain=large", "--cpu-weight=300")
    shares = processor_percent(*groups)
    check("domains: two slices share by weight", 2.4 <= shares[1] / shares[0] <= 3.6, f"{shares} {said}")
    said = output("hutch", "set", "--domain=nobody", "--cpu-weight=100")
    check("domains: one without an instance is named", "app-hutch-nobody.slice" in said, said)
    output("hutch", "kill", "--all")
    for app in (small, large):
        app.wait(30)


def test_missing_controller():
    app = Sandboxed("--io-weight=50", *SLEEP)
    check("a controller that is not delegated stops the run", app.wait(60) == 125, app.text())
    check("it is named, with the cure", re.search(r"'io' controller\nhint: .*Delegate=", app.text()), app.text())
    app.check_nothing_left("a missing controller")
    app = Sandboxed(*SLEEP)
    until(30, app.scope)
    said = set_limit(app, "--io-read=10M")
    check("and refuses to be set", "'io' controller" in said, said)
    text = output("hutch", "doctor")
    check("doctor tells how to delegate more", "Delegate=cpu io memory pids" in text, text)
    output("hutch", "kill", app.instance)
    app.wait(30)


def test_systemd_view():
    app = Sandboxed("--memory=300M", "--tasks=64", *SLEEP)
    until(30, app.scope)
    text = output("systemctl", "--user", "--no-pager", "status", app.scope())
    check("systemctl shows what it is, its tasks and its memory",
          re.search(r"Tasks: \d+ \(limit: 64\)", text) and re.search(r"Memory: .*max: 300", text), text)
    text = output("systemd-cgls", "--no-pager", "--user-unit", app.scope())
    check("systemd-cgls shows its processes", "hutch-launch" in text and "sleep 600" in text, text)
    text = output("hutch", "ps", "--tree")
    check("so does ps --tree", re.search(rf"{app.instance}.*running\n  \d+ .*\n    \d+ /?.*sleep 600", text), text)
    output("hutch", "pause", app.instance)
    group = group_of(app)
    check("paused, the cgroup is frozen", number(group, "cgroup.events", "frozen") == 1)
    said = output("hutch", "exec", app.instance, "--", "true")
    check("exec in it says so", "is paused" in said and "resume" in said, said)
    output("hutch", "resume", app.instance)
    check("resumed, it is not", number(group, "cgroup.events", "frozen") == 0)
    output("hutch", "pause", app.instance)
    output("hutch", "stop", app.instance)
    check("what is paused can be stopped politely", app.wait(30) == 143, app.text())
    app.check_nothing_left("a paused app")


for name, test in list(globals().items()):
    if name.startswith("test_"):
        test()
finish()
