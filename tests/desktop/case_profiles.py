"""Profiles of what is installed here start the real Debian program, under its own id and with a window; no trace is left."""
import json

from desk import Sandboxed, check, find_window, finish, output, until, windows

PROGRAMS = {  # profile: what to type, the window's app_id
    "evince": (["evince"], "vince"),
    "featherpad": (["featherpad"], "eather"),
    "foot": (["foot"], "^foot$"),
    "galculator": (["galculator"], "alculator"),
    "gedit": (["gedit"], "edit"),
    "gnome-calculator": (["gnome-calculator"], "alculator"),
    "gnome-text-editor": (["gnome-text-editor"], "ext-?[Ee]ditor"),
    "gtk3-widget-factory": (["gtk3-widget-factory"], "idget"),
    "gtk4-demo": (["gtk4-demo"], "emo"),
    "mousepad": (["mousepad"], "ousepad"),
    "mpv": (["mpv", "--idle", "--force-window", "--vo=wlshm"], "mpv"),
    "zenity": (["zenity", "--info", "--text=Hello"], "enity"),
}


def shipped():
    """Profiles that name programs; the bases do not."""
    listed = json.loads(output("hutch", "profile", "list", "--json"))["profiles"]
    return {entry["id"] for entry in listed if entry["kind"] != "base" and entry["source"] == "shipped"}


check("the profiles of these programs are shipped", set(PROGRAMS) <= shipped(), set(PROGRAMS) - shipped())
for profile, (command, app_id) in PROGRAMS.items():
    app = Sandboxed(*command)
    window = until(40, lambda: find_window(app_id))
    check(f"{profile}: has a window", window, f"{windows()}\n{app.text()}")
    record = app.record() or {}
    check(f"{profile}: runs under its own profile", record.get("profile") == profile, record)
    output("hutch", "stop", app.instance)
    check(f"{profile}: ends when asked", app.wait(20) != "still running", app.text())
    until(10, lambda: not find_window(app_id))
    app.check_nothing_left(profile)
finish()
