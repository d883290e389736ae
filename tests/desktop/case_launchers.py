"""Exported apps: launcher libraries, the session bus and the shell start them in their sandboxes; afterwards all is as
it was."""
import glob
import hashlib
import json
import os
import subprocess

from desk import HOME, RUNTIME, WORK, check, find_window, finish, output, until, windows

APP, WINDOW = "gnome-text-editor", r"TextEditor|text-editor"
DATA = f"{HOME}/.local/share"


def running(profile=APP):
    return [entry for entry in json.loads(output("hutch", "ps", "--json"))["instances"] if entry["profile"] == profile]


def picture():
    """Every file of the user that exports may touch: content, mode, time."""
    found = {}
    for pattern in (f"{DATA}/applications/**", f"{DATA}/dbus-1/**", f"{HOME}/.config/autostart/**", f"{DATA}/icons/**",
                    f"{HOME}/.config/systemd/**", f"{HOME}/.config/environment.d/**", f"{HOME}/.config/mimeapps.list",
                    f"{HOME}/.local/bin/**"):
        for path in glob.glob(pattern, recursive=True, include_hidden=True):
            status = os.lstat(path)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    content = hashlib.sha256(file.read()).hexdigest()
                found[path] = (content, status.st_mode, status.st_mtime_ns, status.st_ino)
            else:
                found[path] = status.st_mode
    return found


def stop_all(profile=APP):
    for entry in running(profile):
        output("hutch", "stop", entry["id"])
    until(20, lambda: not running(profile) and not find_window(WINDOW))


def begin(*command):
    """Runs a launcher; the program it starts may keep the output open."""
    with open(os.path.join(WORK, "launcher.log"), "w+", encoding="utf-8") as log:
        subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False, timeout=60)
        log.seek(0)
        return log.read()


def starts_boxed(what, *command):
    """The command makes a window appear, and hutch knows whose it is."""
    text = begin(*command)
    check(f"{what}: a window appears", until(60, lambda: find_window(WINDOW)), f"{text}\n{windows()}")
    listed = running()
    check(f"{what}: hutch ps lists it", len(listed) == 1, f"{text}\n{listed}")
    return listed[0] if listed else None


def call(method, *arguments):
    return output("gdbus", "call", "--session", "--dest", "org.gnome.TextEditor", "--object-path",
                  "/org/gnome/TextEditor", "--method", f"org.freedesktop.Application.{method}", *arguments)


os.makedirs(f"{DATA}/applications", exist_ok=True)
own = f"{DATA}/applications/org.gnome.gedit.desktop"
with open(own, "w", encoding="utf-8") as file:
    file.write("[Desktop Entry]\nType=Application\nName=My editor\nExec=gedit --wait %U\n")
letter = f"{HOME}/letter for you.txt"
with open(letter, "w", encoding="utf-8") as file:
    file.write("Dear reader\n")
before = picture()
os.environ["PATH"] = f"{HOME}/.local/bin:{os.environ['PATH']}"

text = output("hutch", "desktop", "export", APP, "gedit")
check("two apps are exported", "wrote" in text and "cannot" not in text, text)
ways = json.loads(output("hutch", "desktop", "list", "--json"))["apps"]
check("none of their ways is left", ways and all(way["boxed"] for app in ways for way in app["ways"]), ways)
check("a service of the bus among them", any(way["way"] == "dbus" and way["name"] == "org.gnome.TextEditor"
                                             for app in ways for way in app["ways"]), ways)
check("the path unit watches", output("systemctl", "--user", "is-active", "hutch-desktop.path").strip() == "active",
      output("systemctl", "--user", "status", "hutch-desktop.path"))

starts_boxed("gtk-launch", "gtk-launch", "org.gnome.TextEditor")
stop_all()
entry = starts_boxed("gio launch", "gio", "launch", f"{DATA}/applications/org.gnome.TextEditor.desktop", letter)
check("gio launch: the file goes through the document portal", entry and f"{RUNTIME}/doc/" in json.dumps(
    json.loads(output("hutch", "inspect", "--json", entry["id"]))), entry)

# A second start reaches the first, whatever asks for it.
first = {one["id"] for one in running()}
begin("gtk-launch", "org.gnome.TextEditor")
check("a second start reaches the one that runs", until(30, lambda: {one["id"] for one in running()} == first), running())
answer = call("Activate", "{}")
check("so does the bus", answer.strip() == "()" and {one["id"] for one in running()} == first, answer)
stop_all()

starts_boxed("bus activation", "gdbus", "call", "--session", "--dest", "org.gnome.TextEditor", "--object-path",
             "/org/gnome/TextEditor", "--method", "org.freedesktop.Application.Activate", "{}")
stop_all()
begin("gdbus", "call", "--session", "--dest", "org.freedesktop.DBus", "--object-path",
             "/org/freedesktop/DBus", "--method", "org.freedesktop.DBus.StartServiceByName", "org.gnome.TextEditor", "0")
check("StartServiceByName starts it in its sandbox", until(30, lambda: len(running()) == 1), running())
answer = call("Activate", "{}")
check("and an activation shows its window", until(60, lambda: find_window(WINDOW)), f"{answer}\n{windows()}")
stop_all()
shim = subprocess.Popen([f"{HOME}/.local/bin/gnome-text-editor"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
check("the shell: a window appears", until(60, lambda: find_window(WINDOW)), windows())
check("the shell: hutch ps lists it", len(running()) == 1, running())
stop_all()
shim.wait(20)

text = output("hutch", "desktop", "unexport", "--all")
check("unexport puts everything back", picture() == before, f"{text}\n{before}\n{picture()}")
check("the path unit is gone", output("systemctl", "--user", "is-active", "hutch-desktop.path").strip() == "inactive")
begin("gtk-launch", "org.gnome.TextEditor")
check("and the launcher starts the program as ever", until(60, lambda: find_window(WINDOW)), windows())
check("without hutch", not running(), running())
output("swaymsg", '[app_id="(?i)text-?editor"]', "kill")
until(20, lambda: not find_window(WINDOW))
os.unlink(own)
os.unlink(letter)
finish()
