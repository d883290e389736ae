"""Two boxes of one app side by side: each has its own window and data, a second start reaches the one of its box, and what
the bus opens for one never lands in the other."""
import json
import os
import re

from desk import HOME, Sandboxed, check, find_window, finish, output, until, windows


def boxes(profile):
    return {entry["id"]: entry["box"] for entry in json.loads(output("hutch", "ps", "--json"))["instances"]
            if entry["profile"] == profile}


def count(pattern):
    return sum(1 for app, _ in windows() if re.search(pattern, app))


def titles():
    return output("swaymsg", "--type", "get_tree")


def owners():
    names = json.loads(output("busctl", "--user", "list", "--json=short"))
    return {entry["name"] for entry in names}


def side_by_side(profile, pattern, name, same_box_ends=True):
    """The default box, the box "work" beside it, a second start of each. `name` is what it calls itself on the bus."""
    plain = Sandboxed(profile, name=profile.replace("-", ""))
    check(f"{profile}: a window", until(60, lambda: count(pattern) == 1), f"{plain.text()}\n{windows()}")
    check(f"{profile}: owns its name", until(20, lambda: name in owners()), owners())
    work = Sandboxed(f"{profile}@work", name="work")
    check(f"{profile}@work: a second window beside it", until(60, lambda: count(pattern) == 2),
          f"{work.text()}\n{windows()}")
    check(f"{profile}@work: both run", sorted(boxes(profile).values()) in (["", "work"], ["default", "work"]), boxes(profile))
    check(f"{profile}@work: owns its name in the box", until(20, lambda: f"{name}.work" in owners()), owners())
    for word, first in ((f"{profile}@work", work), (profile, plain)):
        again = Sandboxed(word, name="again")
        status = again.wait(60) if same_box_ends else None
        check(f"{word}: a second start hands over to the first", status == 0, f"{status} {again.text()}")
        check(f"{word}: which still runs", first.record() is not None and len(boxes(profile)) == 2, boxes(profile))
    for run in (plain, work):
        output("hutch", "stop", run.instance)
        run.wait()
    until(20, lambda: not count(pattern))
    check(f"{profile}: what made the box's names is gone", f"{name}.work" not in owners(), owners())
    work.check_nothing_left(f"{profile}@work")


side_by_side("gnome-text-editor", r"(?i)text-?editor", "org.gnome.TextEditor")
side_by_side("featherpad", r"(?i)featherpad", "org.featherpad.FeatherPad")
side_by_side("gedit", r"(?i)gedit", "org.gnome.gedit")

# A box alone: activation of its name in the box reaches it; the portals know it by its id in the box.
work = Sandboxed("gnome-text-editor@work", name="alone")
check("alone: a window", until(60, lambda: count(r"(?i)text-?editor") == 1), work.text())
answer = output("gdbus", "call", "--session", "--dest", "org.gnome.TextEditor.work", "--object-path",
                "/org/gnome/TextEditor/work", "--method", "org.freedesktop.Application.Activate", "{}")
check("alone: the host activates it by its id", answer.strip() == "()", answer)
with open(f"{HOME}/Letter.txt", "w", encoding="utf-8") as file:
    file.write("Dear reader\n")
again = Sandboxed("gnome-text-editor@work", f"{HOME}/Letter.txt", name="again")
check("alone: a file opens in the running one", again.wait(60) == 0 and len(boxes("gnome-text-editor")) == 1, again.text())
check("alone: and is what the window shows", until(30, lambda: "Letter.txt" in titles()), titles()[-2000:])
output("hutch", "stop", "--all")
work.wait()
until(20, lambda: not find_window(r"(?i)text-?editor"))
os.unlink(f"{HOME}/Letter.txt")
finish()
