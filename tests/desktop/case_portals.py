"""Portals answer a sandboxed program, know it by its app id, and only those that were granted answer at all."""
import json
import os
import subprocess

from desk import HERE, HOME, RUNTIME, WORK, Sandboxed, check, finish, output, until

APP = "org.example.PortalTest"
PROFILE = """schema = "1.0"
id = "portaltest"
app-id = "org.example.PortalTest"
extends = ["gui"]

[permissions]
sockets = ["wayland"]
portals = ["file-chooser", "open-uri", "notification", "settings"]
"""
LOG, LETTER = os.path.join(WORK, "backend.log"), os.path.join(HOME, "letter.txt")


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def logged(method):
    if not os.path.exists(LOG):
        return None
    with open(LOG, encoding="utf-8") as file:
        return next((entry for entry in map(json.loads, file) if entry["method"] == method), None)


def prepare():
    write(f"{HOME}/.config/hutch/profiles/portaltest.toml", PROFILE)
    write(f"{HOME}/.config/xdg-desktop-portal/portals.conf", "[preferred]\ndefault=hutchtest;gtk\n")
    write(f"{HOME}/.local/share/applications/hutchtest.desktop",
          f"[Desktop Entry]\nType=Application\nName=Test\nExec={HERE}/opened %u\nMimeType=x-scheme-handler/hutchtest;\n")
    write(LETTER, "Dear reader\n")
    output("update-desktop-database", f"{HOME}/.local/share/applications")
    output("xdg-mime", "default", "hutchtest.desktop", "x-scheme-handler/hutchtest")
    subprocess.run(["systemd-run", "--user", "--quiet", "--collect", "--unit=test-portal-backend",
                    f"{HERE}/backend.py", LOG, LETTER], check=True)
    check("the scripted backend is on the bus", until(10, lambda: logged("ready")))
    output("systemctl", "--user", "restart", "xdg-desktop-portal.service")


def ask(*arguments, options=()):
    app = Sandboxed("--profile", "portaltest", *options, "python3", f"{HERE}/inside/portal_client.py", *arguments,
                    name="portal")
    app.wait(60)
    lines = [line for line in app.text().splitlines() if line.startswith("{")]
    app.check_nothing_left(arguments[0])
    return (json.loads(lines[-1]) if lines else {}), app.text()


prepare()
answer, text = ask("settings", "org.hutch.test", "answer")
check("Settings: a value comes back", answer.get("answer") == [42], text)

answer, text = ask("notify", "Tea is ready")
entry = logged("AddNotification")
check("Notification: it arrives with our app id", entry and entry["app"] == APP and "Tea" in entry["title"],
      f"{text}\n{entry}")

answer, text = ask("open-file")
entry, result = logged("OpenFile"), answer.get("answer") or {}
check("FileChooser: the backend is asked by our app id", entry and entry["app"] == APP, f"{text}\n{entry}")
check("FileChooser: the answer is a document", str(result.get("path", "")).startswith(f"{RUNTIME}/doc/"), text)
check("FileChooser: the program can read it", result.get("content") == "Dear reader\n", text)
check("FileChooser: and nothing else of its directory", result.get("siblings") == ["letter.txt"], text)

answer, text = ask("open-uri", "hutchtest:page?one")
check("OpenURI: the host's handler is started", until(
    10, lambda: os.path.exists(f"{HOME}/opened-address")), text)
if os.path.exists(f"{HOME}/opened-address"):
    with open(f"{HOME}/opened-address", encoding="utf-8") as file:
        check("OpenURI: with the address", file.read() == "hutchtest:page?one\n")

answer, text = ask("names")
names = answer.get("answer") or []
check("the bus shows no name that was not granted", names and not any(
    name.startswith(("org.freedesktop.systemd1", "org.freedesktop.impl", "org.freedesktop.Notifications"))
    for name in names), names)
answer, text = ask("call", "org.freedesktop.systemd1")
check("the user manager cannot be called", "error" in answer, text)
answer, text = ask("settings", "org.hutch.test", "answer", options=["--no-portal=settings"])
check("a portal that was taken back does not answer", "error" in answer, text)

output("systemctl", "--user", "stop", "test-portal-backend.service")
finish()
