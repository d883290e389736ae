"""Programs of four toolkits start in a sandbox, are seen on the screen, and are gone after `hutch stop`."""
import os

import pixels
from desk import Sandboxed, check, find_window, finish, output, screenshot, until, windows

PROGRAMS = [  # what, command, app_id
    ("GTK 3", ["gtk3-widget-factory"], r"^gtk3-widget-factory$|WidgetFactory"),
    ("GTK 4", ["gnome-calculator"], r"Calculator|gnome-calculator"),
    ("Qt", ["featherpad"], r"[Ff]eather"),
    ("terminal", ["foot"], r"^foot$"),
]


def look(what, command, app_id):
    before = screenshot("before")
    app = Sandboxed(*command)
    window = until(40, lambda: find_window(app_id))
    if not check(f"{what}: {command[0]} has a window", window, f"{windows()}\n{app.text()}"):
        app.process.kill()
        app.wait()
        return

    def seen():
        share, colours = pixels.compare(before, screenshot("during"), find_window(app_id)[1])
        return (share, colours) if share > 50 and colours > 3 else None

    check(f"{what}: its pixels are on the screen", until(20, seen))
    record = app.record()
    check(f"{what}: hutch ps lists it", record, output("hutch", "ps", "--json"))
    scope = app.scope()
    check(f"{what}: it is in a scope of its own", scope and app.processes(), scope)
    description = output("systemctl", "--user", "show", "--property=Slice", "--property=Description",
                         "--property=Documentation", scope or "none.scope")
    check(f"{what}: the scope is in app.slice and described", "Slice=app.slice" in description and
          "Description=app-hutch" not in description, description)
    with open(f"/proc/{app.process.pid}/cgroup", encoding="ascii") as file:
        check(f"{what}: the supervisor stays outside the scope", app.instance not in file.read())
    text = output("hutch", "stop", app.instance)
    check(f"{what}: hutch stop ends it", app.wait(20) != "still running", text)
    check(f"{what}: the window is gone", until(10, lambda: not find_window(app_id)))
    check(f"{what}: its pixels are gone", until(10, lambda: pixels.compare(before, screenshot("after"))[0] == 0))
    app.check_nothing_left(what)


for program in PROGRAMS:
    look(*program)

app = Sandboxed("foot")
check("a window of a program whose supervisor is about to be killed", until(30, lambda: find_window("^foot$")), app.text())
pids = app.processes()
os.kill(app.process.pid, 9)
app.wait()
check("kill -9 of the supervisor ends every process", until(10, lambda: not any(
    os.path.exists(f"/proc/{pid}") for pid in pids)), pids)
check("and closes the window", until(10, lambda: not find_window("^foot$")))
output("hutch", "ps")  # sweeps what a dead supervisor could not remove
app.check_nothing_left("kill -9 of the supervisor")
finish()
