#!/usr/bin/python3
"""`hutch top` in terminals of several sizes, as a terminal shows it: pyte draws what is written."""
import json
import os
import re
import signal
import subprocess

import pyte

from pseudo import Session, check, finish, own_places, until

HUTCH = os.environ["HUTCH"]
TITLE = re.compile(r"hutch top: 3 instances, processor +[\d.]+%, memory \S+, \d+ tasks")


class Screen(Session):
    """A session whose output is drawn."""

    def __init__(self, arguments, rows, columns):
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.Stream(self.screen)
        self.all = ""
        super().__init__(arguments, rows, columns)

    def read(self, seconds):
        before = len(self.text)
        goes_on = super().read(seconds)
        self.stream.feed(self.text[before:])
        self.all += self.text[before:]
        return goes_on

    def shows(self, condition):
        def holds():
            self.read(0.05)
            return condition(self.screen.display)
        return until(holds)

    def resize(self, rows, columns):
        super().resize(rows, columns)
        self.screen.resize(rows, columns)


def rows_of(display):
    return [line for line in display if re.match(r"[> ] (watched|paused)\w* ", line)]


def test_size(rows, columns, no_colour=False):
    what = f"{columns}x{rows}" + (" without colour" if no_colour else "")
    os.environ.pop("NO_COLOR", None)
    if no_colour:
        os.environ["NO_COLOR"] = "1"
    top = Screen([HUTCH, "top"], rows, columns)
    check(f"{what}: it comes up", top.shows(lambda display: TITLE.match(display[0]) and len(rows_of(display)) == 3),
          "\n".join(top.screen.display))
    display = top.screen.display
    check(f"{what}: the keys are in the last line", "q quit" in display[-1], display[-1])
    check(f"{what}: a full line is whole", columns > 80 or all(line[-1] == "0" for line in rows_of(display)),
          rows_of(display))
    check(f"{what}: wide columns only where there is room", ("NETWORK" in display[2]) == (columns >= 140), display[2])
    check(f"{what}: colours as wanted", bool(re.search(r"\x1b\[\d+m", top.all)) != no_colour, top.all[:300])
    marked = lambda display: [index for index, line in enumerate(rows_of(display)) if line.startswith(">")]
    check(f"{what}: one is chosen", marked(display) == [0], rows_of(display))
    top.type("\x1b[B")
    check(f"{what}: down chooses the next", top.shows(lambda display: marked(display) == [1]), rows_of(top.screen.display))
    top.type("m")
    check(f"{what}: m asks for a limit", top.shows(lambda display: "new limit --memory=" in display[-1]), top.screen.display[-1])
    top.type("\x1b")
    top.resize(30, 100)
    check(f"{what}: another size is drawn anew", top.shows(lambda display: "q quit" in display[29]), top.screen.display)
    top.type("q")
    check(f"{what}: q leaves, and the screen is as it was", top.end() == 0 and "\x1b[?1049l" in top.all, top.status)


places = own_places()
instances = [f"watched{number}" for number in range(3)]
apps = [subprocess.Popen([HUTCH, "run", "--profile", "cli", "--instance", instance, "sleep", "0" * 100 + "600m"],
                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for instance in instances]
until(lambda: len(json.loads(subprocess.run([HUTCH, "ps", "--json"], stdout=subprocess.PIPE, check=True).stdout)["instances"]) == 3)
test_size(24, 80)
test_size(50, 200)
test_size(24, 80, no_colour=True)

top = Screen([HUTCH, "top"], 24, 80)
top.shows(lambda display: len(rows_of(display)) == 3)
chosen = next(line for line in rows_of(top.screen.display) if line.startswith(">")).split()[1]
top.type("k")
check("k ends the chosen one", top.shows(lambda display: f"{chosen}: ended" in display[-1] and len(rows_of(display)) == 2),
      "\n".join(top.screen.display))
check("and no other", sorted(app.poll() is None for app in apps) == [False, True, True])
top.type("m1")
for app in apps:
    app.send_signal(signal.SIGTERM)
check("none is left to see", top.shows(lambda display: "hutch top: 0 instances" in display[0]), top.screen.display[0])
top.type("G\r")
check("a limit for one that ended meanwhile is refused", top.shows(lambda display: "watched" in display[-1]),
      top.screen.display[-1])
os.kill(top.pid, signal.SIGTERM)
check("a signal leaves the screen as it was", top.end() == 0 and "\x1b[?1049l" in top.all, top.status)
for app in apps:
    app.wait()
del places
finish()
