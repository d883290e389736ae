"""What the tests of toolboxes share: a user with an image of busybox and nothing else, and checks that print lines."""
import json
import os
import pty
import select
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "images"))
import scene  # noqa: E402
from scene import HUTCH, check, conclude, environment, need, run, same, until  # noqa: E402,F401

APPLETS = ("sh", "ash", "id", "env", "cat", "ls", "true", "false", "pwd", "sleep", "touch", "stat", "echo", "hostname", "ps",
           "kill", "mkdir", "rm", "ln", "chown", "chmod", "wc", "test", "tty", "stty", "grep", "mv", "dd", "whoami")


APP = {
    "usr/share/applications/org.example.App.desktop":
        "[Desktop Entry]\nType=Application\nName=App\nName[de]=Anwendung\nExec=app --new %U\nTryExec=app\nIcon=org.example.App\n"
        "MimeType=text/x-example;\nExec[$e]=touch /tmp/pwned\nPath=/tmp\nX-KDE-SubstituteUID=true\nDBusActivatable=true\nStartupWMClass=app\nActions=more;\n\n[Desktop Action more]\nName=More\nExec=app --more\n",
    "usr/share/icons/hicolor/48x48/apps/org.example.App.png": "not really a picture",
    "usr/share/applications/sly.desktop": "[Desktop Entry]\nType=Application\nName=Sly\nExec=true; touch /tmp/pwned & $(id)\n",
    "usr/share/applications/odd.desktop": "[Desktop Entry]\nName=Odd\nExec=\"unclosed\n",
}


def busybox_tree():
    tree = os.path.join(scene.scratch, "busybox")
    os.makedirs(os.path.join(tree, "bin"))
    subprocess.run(["cp", "/bin/busybox", tree + "/bin/"], check=True)
    for applet in APPLETS:
        os.symlink("busybox", f"{tree}/bin/{applet}")
    for place, content in APP.items():
        os.makedirs(os.path.dirname(f"{tree}/{place}"), exist_ok=True)
        with open(f"{tree}/{place}", "w", encoding="utf-8") as file:
            file.write(content)
    return tree


def begin():
    """A fresh user with the image `bb`."""
    scene.new_home()
    need(HUTCH, "image", "import", "--quiet", busybox_tree(), "bb")


def hutch(*words, **more):
    return run(HUTCH, *words, **more)


def inside(name, *command, **more):
    return hutch("enter", name, "--", *command, **more)


def says(what, expected, name, *command, **more):
    result = inside(name, *command, **more)
    same(what, (0, expected), (result.returncode, result.stdout.strip()))
    if result.returncode != 0:
        print("  " + result.stderr)


def toolboxes():
    return json.loads(hutch("toolbox", "list", "--json").stdout)["toolboxes"]


def is_running(name):
    return any(one["name"] == name and one["running"] for one in toolboxes())


def places(*below):
    return os.path.join(scene.home, ".local/share/hutch", *below)


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, *command):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], command, environment(TERM="xterm"))
        self.output = ""

    def expect(self, text, seconds=20):
        end = time.monotonic() + seconds
        while text not in self.output:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                return False
            try:
                self.output += os.read(self.fd, 4096).decode(errors="replace")
            except OSError:
                return text in self.output
        return True

    def type(self, text):
        os.write(self.fd, text.encode())

    def close(self):
        os.close(self.fd)

    def wait(self):
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
