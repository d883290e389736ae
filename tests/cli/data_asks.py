#!/usr/bin/python3
"""The questions about an app's data: on a terminal, and with buttons where a menu started it."""
import os
import shutil
import subprocess
import sys
import threading

import gi
from pseudo import Session, check, finish, own_places, until

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402  pylint: disable=wrong-import-position

HUTCH = os.environ["HUTCH"]
PROFILE = """id = "notes"
name = "Notes"
extends = ["cli"]
match = { desktop = ["org.example.Notes"], command = ["/usr/bin/dash"] }
data = [".notes"]
"""
places = own_places()
HOME = os.environ["HOME"]
BOX = f"{HOME}/.local/share/hutch/boxes/notes/default"
NODE = Gio.DBusNodeInfo.new_for_xml("""<node><interface name="org.freedesktop.Notifications"><method name="Notify">
<arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
<arg type="s" direction="in"/><arg type="as" direction="in"/><arg type="a{sv}" direction="in"/><arg type="i" direction="in"/>
<arg type="u" direction="out"/></method><method name="CloseNotification"><arg type="u" direction="in"/></method>
<signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
<signal name="NotificationClosed"><arg type="u"/><arg type="u"/></signal></interface></node>""")


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(content)


def fresh():
    shutil.rmtree(f"{HOME}/.local/share/hutch", ignore_errors=True)
    shutil.rmtree(f"{HOME}/.notes", ignore_errors=True)
    write(f"{HOME}/.notes/one", "one\n")


def there(path):
    return os.path.exists(path)


write(f"{HOME}/.config/hutch/profiles/notes.toml", PROFILE)

for answer, outside, inside in (("c", True, True), ("move", False, True), ("n", True, False)):
    fresh()
    session = Session([HUTCH, "run", "notes", "-c", "cat ~/.notes/one || echo empty"])
    check(f"terminal, {answer}: it is asked", session.expect(r"data of its own in your home: '~/\.notes'"), session.text)
    session.expect("do not ask again")
    session.type(answer + "\n")
    check(f"terminal, {answer}: the app starts with it", session.expect("one" if inside else "empty"), session.text)
    session.end()
    check(f"terminal, {answer}: the data is where it was wished",
          (there(f"{HOME}/.notes/one"), there(f"{BOX}/home/.notes/one")) == (outside, inside))
    session = Session([HUTCH, "run", "notes", "-c", "echo started"])
    check(f"terminal, {answer}: the next start asks nothing",
          session.expect("started") and session.end() == 0 and "in your home" not in session.text, session.text)

fresh()
session = Session([HUTCH, "run", "notes", "-c", "echo started"])
session.expect("do not ask again")
session.type("\n")
check("terminal: without an answer it starts", session.expect("started"), session.text)
session.end()
session = Session([HUTCH, "run", "notes", "-c", "echo started"])
check("and the next start asks again", session.expect("in your home"), session.text)
session.type("n\n")
session.end()

session = Session([HUTCH, "run", "--env=WAYLAND_DISPLAY=none", "notes", "-c", "echo x >~/letter.txt"])
check("terminal: saved files are offered", session.expect(r"Move them to your home\?"), session.text)
session.type("m\n")
check("terminal: and moved", session.expect("moved to") and session.end() == 0 and there(f"{HOME}/letter.txt"), session.text)
TRAPS = "mkdir ~/bin ~/new; for name in bin/sudo new/file trap.desktop; do cp /bin/true ~/$name; done; cp /bin/true ~/plain"
os.makedirs(f"{HOME}/there", exist_ok=True)
session = Session([HUTCH, "run", "--env=WAYLAND_DISPLAY=none", "notes", "-c", TRAPS + "; ln -s /etc ~/there; echo x >~/other.txt"])
session.expect(r"Move them to your home\?")
session.type("m\n")
check("saved files: what could start programs stays", session.expect("stays in the box") and session.end() == 0 and
      there(f"{HOME}/other.txt") and not any(there(f"{HOME}/{name}") for name in ("bin/sudo", "new", "trap.desktop")), session.text)
check("saved files: and nothing that comes out is a program", os.stat(f"{HOME}/plain").st_mode & 0o111 == 0)
session = Session([HUTCH, "data", "rm", "notes"])
session.expect("cannot be brought back")
session.type("n\n")
check("terminal: a no removes nothing", session.end() == 1 and there(BOX))
session = Session([HUTCH, "data", "rm", "notes"])
session.expect("cannot be brought back")
session.type("y\n")
check("terminal: a yes does", session.end() == 0 and not there(BOX), session.text)

daemon = subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address"],
                          stdout=subprocess.PIPE, text=True)
os.environ["DBUS_SESSION_BUS_ADDRESS"] = daemon.stdout.readline().strip()
shown, presses, closed = [], [], []
bus = Gio.DBusConnection.new_for_address_sync(
    os.environ["DBUS_SESSION_BUS_ADDRESS"], Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT |
    Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)


def serve(_connection, _sender, path, interface, method, parameters, invocation):
    if method == "CloseNotification":
        closed.append(parameters.unpack()[0])
        invocation.return_value(None)
        return
    values = parameters.unpack()
    shown.append((values[4], values[5]))
    invocation.return_value(GLib.Variant("(u)", (len(shown),)))
    press = presses.pop(0) if presses else None
    for number in (len(shown) + 100, len(shown)):  # somebody else's, then ours
        word = "none" if number > 100 else press
        if word is None:
            bus.emit_signal(None, path, interface, "NotificationClosed", GLib.Variant("(uu)", (number, 2)))
        else:
            bus.emit_signal(None, path, interface, "ActionInvoked", GLib.Variant("(us)", (number, word)))


bus.register_object("/org/freedesktop/Notifications", NODE.interfaces[0], serve, None, None)
Gio.bus_own_name_on_connection(bus, "org.freedesktop.Notifications", 0, None, None)
loop = GLib.MainLoop()
thread = threading.Thread(target=loop.run)
thread.start()


def started(*words, **environment):
    return subprocess.run([HUTCH, "run", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False, timeout=60, env={**os.environ, **environment})


fresh()
run = started("notes", "-c", "cat ~/.notes/one || echo empty")
check("a script is asked nothing", run.returncode == 0 and not shown and "empty" in run.stdout, (run.stdout, shown))
for press, outside, inside in (("copy", True, True), ("move", False, True), ("none", True, False), (None, True, False)):
    fresh()
    shown.clear()
    presses.append(press)
    run = started("notes", "-c", "cat ~/.notes/one || echo empty", DESKTOP_STARTUP_ID="menu")
    check(f"menu, {press}: a notification asks", len(shown) == 1 and "~/.notes" in shown[0][0] and
          shown[0][1][::2] == ["copy", "move", "none"], (shown, run.stdout))
    check(f"menu, {press}: the app starts with it", run.returncode == 0 and ("one" if inside else "empty") in run.stdout, run.stdout)
    check(f"menu, {press}: the data is where it was wished",
          (there(f"{HOME}/.notes/one"), there(f"{BOX}/home/.notes/one")) == (outside, inside))
    run = started("notes", "-c", "true", DESKTOP_STARTUP_ID="menu")
    check(f"menu, {press}: it is remembered", len(shown) == (2 if press is None else 1), shown)

fresh()
shown.clear()
presses[:] = ["none", "move"]
run = started("--env=WAYLAND_DISPLAY=none", "notes", "-c", "echo x >~/saved.txt", DESKTOP_STARTUP_ID="menu")
check("menu: saved files are offered beside the end", run.returncode == 0 and
      until(lambda: there(f"{HOME}/saved.txt")) and "saved.txt" in shown[-1][0], (shown, run.stdout))
loop.quit()
thread.join()
daemon.terminate()
daemon.wait()
sys.stdout.flush()
finish()
