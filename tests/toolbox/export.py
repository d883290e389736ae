#!/usr/bin/python3
"""What of a toolbox shows outside: menu entries, icons, commands; and commands that go on without a terminal."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import box  # noqa: E402
import scene  # noqa: E402
from box import HUTCH, check, environment, hutch, inside, is_running, same, until  # noqa: E402

box.begin()
hutch("create", "--image", "bb", "box")
entry_path = os.path.join(scene.home, ".local/share/applications/org.example.App.desktop")
icon_path = os.path.join(scene.home, ".local/share/icons/hicolor/48x48/apps/org.example.App.png")
shim_path = os.path.join(scene.home, ".local/bin/whoami")
identity = box.toolboxes()[0]["id"]


def content(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


# --- apps
os.makedirs(os.path.dirname(entry_path))
with open(entry_path, "w", encoding="utf-8") as file:
    file.write("mine\n")
result = hutch("toolbox", "export", "--app", "org.example.App", "box")
check("an app is exported", result.returncode == 0, result.stderr)
entry = content(entry_path)
same("every Exec enters the toolbox by its id", 2, entry.count(f" enter {identity} -- app --"))
check("the program of the host is not asked for", "TryExec" not in entry and "DBusActivatable" not in entry, entry)
check("nor is there another way to write a command", "pwned" not in entry and "Path=" not in entry and "KDE" not in entry, entry)
hutch("toolbox", "export", "--app", "sly", "box")
sly = content(os.path.join(os.path.dirname(entry_path), "sly.desktop"))
check("what a shell would make of a word is quoted", '"true;"' in sly and '"&"' in sly and ' $(' not in sly, sly)
hutch("toolbox", "unexport", "--app", "sly", "box")
check("types and windows stay", "MimeType=text/x-example;" in entry and "StartupWMClass=app" in entry, entry)
check("its name says where it is", "Name=App (box)\n" in entry and "Name[de]=Anwendung (box)\n" in entry, entry)
same("the icon comes along", "not really a picture", content(icon_path))
same("the list has it", "org.example.App\n", hutch("toolbox", "export", "box").stdout)
result = hutch("toolbox", "export", "--app", "odd", "box")
check("an entry nobody could run is refused", result.returncode == 1 and "odd" in result.stderr, result.stderr)
result = hutch("toolbox", "export", "--app", "none", "box")
check("one that is not there too", result.returncode == 1 and "no app" in result.stderr, result.stderr)
for name in ("../../.bashrc", "a/b", "-x", ".hidden"):
    result = hutch("toolbox", "export", "--app=" + name, "box")
    check(f"'{name}' is no name of an app", result.returncode == 1 and "plain name" in result.stderr, result.stderr)
inside("box", "sudo", "sh", "-c", "ln -sf /etc/passwd /usr/share/applications/evil.desktop; ln -sf " + scene.home +
       "/secret /usr/share/applications/secret.desktop")
with open(os.path.join(scene.home, "secret"), "w", encoding="utf-8") as file:
    file.write("[Desktop Entry]\nName=Secret\nExec=x\n")
result = hutch("toolbox", "export", "--app", "secret", "box")
check("a link to a file of the host leads nowhere", result.returncode == 1 and "no app" in result.stderr, result.stderr)

# --- programs
result = hutch("toolbox", "export", "--bin", "whoami", "box")
check("a program is exported", result.returncode == 0, result.stderr)
name = subprocess.run(["id", "-un"], stdout=subprocess.PIPE, text=True, check=True).stdout
same("and runs in the toolbox", name, box.run(shim_path).stdout)
same("the toolbox gets another name", 0, hutch("toolbox", "rename", "box", "other").returncode)
same("and the program still runs", name, box.run(shim_path).stdout)
result = hutch("toolbox", "unexport", "--bin", "whoami", "other")
check("one thing is taken back alone", result.returncode == 0 and not os.path.exists(shim_path) and os.path.exists(icon_path), result.stderr)
busy = subprocess.Popen([HUTCH, "enter", "other", "--", "sh", "-c", "echo up; sleep 1000"], stdout=subprocess.PIPE, env=environment())
busy.stdout.readline()
result = hutch("toolbox", "rm", "other")
check("a toolbox that is not removed keeps what is exported", result.returncode == 1 and os.path.exists(icon_path), result.stderr)
hutch("toolbox", "stop", "other")
busy.wait()
hutch("toolbox", "export", "--bin", "id", "other")
with open(os.path.join(scene.home, ".local/bin/id"), "a", encoding="utf-8") as file:
    file.write("# mine now\n")
hutch("toolbox", "rm", "--force", "other")
same("with the toolbox its app goes, and what was there before is back", "mine\n", content(entry_path))
check("the icon too", not os.path.exists(icon_path))
check("what somebody changed stays", os.path.exists(os.path.join(scene.home, ".local/bin/id")))

# --- without a terminal
hutch("create", "--image", "bb", "box")
result = hutch("toolbox", "run", "-d", "-c", "box", "--", "sh", "-c", "echo begun; echo wrong >&2; sleep 1000")
same("a detached command lets go at once", (0, "", ""), (result.returncode, result.stdout, result.stderr))
check("what it prints is kept", until(20, lambda: hutch("toolbox", "logs", "box").stdout == "begun\nwrong\n"), hutch("toolbox", "logs", "box"))
check("the toolbox runs as long as it", is_running("box"))
follower = subprocess.Popen([HUTCH, "toolbox", "logs", "-f", "box"], stdout=subprocess.PIPE, env=environment(), text=True)
same("a follower sees what was", "begun\n", follower.stdout.readline())
follower.stdout.readline()
hutch("toolbox", "run", "-d", "-c", "box", "--", "echo", "more")
same("and what comes", "more\n", follower.stdout.readline())
follower.terminate()
follower.wait()
result = hutch("toolbox", "stop", "--time", "1", "box")
check("stop ends it", result.returncode == 0 and not is_running("box"), result.stderr)
result = hutch("enter", "--cwd", "/bin", "box", "--", "pwd")
same("a directory of the toolbox can be asked for", "/bin\n", result.stdout)
result = hutch("enter", "--cwd", "/missing", "box", "--", "pwd")
check("and must be there", result.returncode == 125 and "/missing" in result.stderr, result.stderr)
hutch("toolbox", "rm", "--force", "box")
box.conclude()
