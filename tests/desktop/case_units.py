"""Apps as services of the user manager: started, watched, restarted, told apart by connection."""
import json
import os
import signal
import socket
import subprocess

from desk import HOME, RUNTIME, check, finish, output, until

UNITS = HOME + "/.config/systemd/user"
NOTIFY = """
import os, socket, sys, time
def say(text):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as peer:
        peer.sendto(text.encode(), os.environ["NOTIFY_SOCKET"])
time.sleep(0.5)
say("READY=1\\nSTATUS=at work")
for _ in range(int(sys.argv[1])):
    time.sleep(0.5)
    say("WATCHDOG=1")
time.sleep(600)
"""

ACCEPT = """
import os, socket
assert os.environ["LISTEN_FDS"] == "1" and int(os.environ["LISTEN_PID"]) == os.getpid()
kind = "listen" if socket.socket(fileno=os.dup(3)).getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) else "connection"
assert sorted(os.listdir("/proc/self/fd"))[:5] == ["0", "1", "2", "3", "4"] and not os.path.exists("/proc/self/fd/6")
listener = socket.socket(fileno=3)
for number in range(1, 1000):
    with listener.accept()[0] as peer:
        peer.sendall(f"{number} {kind}".encode())
"""


def systemctl(*words):
    return subprocess.run(["systemctl", "--user", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=90, check=False)


def show(unit, name):
    return systemctl("show", f"--property={name}", "--value", unit).stdout.strip()


def write_unit(*words):
    said = output("hutch", "unit", "--profile=cli", *words)
    systemctl("daemon-reload")
    return said


def instances():
    return json.loads(output("hutch", "ps", "--json"))["instances"]


def first():
    """The one instance, once its PID 1 is known."""
    running = instances()
    return running[0] if running and running[0]["init"] else None


said = write_unit("--name=sleeper", "--restart=on-failure", "/usr/bin/sleep", "600")
check("the unit is written, and how to start it said",
      os.path.exists(UNITS + "/hutch-sleeper.service") and "enable --now hutch-sleeper.service" in said, said)
said = output("systemd-analyze", "--user", "--man=no", "verify", UNITS + "/hutch-sleeper.service")
check("systemd finds no fault with it", "hutch-sleeper" not in said, said)
result = systemctl("start", "hutch-sleeper.service")
check("it starts", result.returncode == 0, result.stdout)
entry = until(20, first)
check("its instance is in the service, not in a scope", entry["scope"] == "hutch-sleeper.service", entry)
check("the service's main process is the supervisor", show("hutch-sleeper.service", "MainPID") == str(entry["supervisor"]))
check("stats and pause know it", "running" in output("hutch", "stats", "--no-stream", "--no-legend") and
      not output("hutch", "pause", entry["id"]) and first()["state"] == "paused")
output("hutch", "resume", entry["id"])
os.kill(entry["supervisor"], signal.SIGKILL)
again = until(20, lambda: (first() or entry)["supervisor"] != entry["supervisor"] and first())
check("a supervisor that is killed is restarted", again, systemctl("status", "hutch-sleeper").stdout)
output("hutch", "stop", "--all")
check("stopping the app ends the service well",
      until(20, lambda: show("hutch-sleeper.service", "ActiveState") == "inactive"), systemctl("status", "hutch-sleeper").stdout)
systemctl("start", "hutch-sleeper.service")
until(20, first)
systemctl("stop", "hutch-sleeper.service")
check("so does stopping the service end the app", not instances() and show("hutch-sleeper.service", "Result") == "success")

subprocess.run(["systemd-cat", "hutch", "run", "--instance", "talker", "--profile", "cli", "/bin/sh", "-c",
                "echo said inside; sleep 1"], stdin=subprocess.DEVNULL, check=False)
check("logs show what an app printed, also when it is over",
      until(10, lambda: "said inside" in output("hutch", "logs", "talker")), output("hutch", "logs", "talker"))

write_unit("--name=ready", "--notify", "--watchdog=2", "/usr/bin/python3", "-c", NOTIFY, "6")
result = systemctl("start", "hutch-ready.service")
check("an app tells that it is ready", result.returncode == 0 and show("hutch-ready.service", "StatusText") == "at work",
      result.stdout + output("journalctl", "--user-unit=hutch-ready.service", "--no-pager"))
check("and is ended when it no longer tells that it is alive",
      until(30, lambda: show("hutch-ready.service", "Result") == "watchdog"), systemctl("status", "hutch-ready").stdout)
until(10, lambda: not instances())

write_unit("--name=echo", "--listen=%t/hutch-echo", "/bin/cat")
systemctl("start", "hutch-echo.socket")


def connect():
    peer = socket.socket(socket.AF_UNIX)
    peer.settimeout(30)
    peer.connect(RUNTIME + "/hutch-echo")
    return peer


first, second = connect(), connect()
first.sendall(b"one")
second.sendall(b"two")
check("each connection has an instance of its own", (first.recv(10), second.recv(10)) == (b"one", b"two") and
      until(10, lambda: len(instances()) == 2), instances())
first.close()
check("it ends with its connection", until(10, lambda: len(instances()) == 1), instances())
second.close()
until(10, lambda: not instances())
systemctl("stop", "hutch-echo.socket")

write_unit("--name=counter", "--listen-once=%t/hutch-counter", "/usr/bin/python3", "-c", ACCEPT)
systemctl("start", "hutch-counter.socket")
check("a socket alone starts nothing", not instances() and show("hutch-counter.service", "ActiveState") == "inactive")
answers = []
for number in range(3):
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(30)
        peer.connect(RUNTIME + "/hutch-counter")
        answers.append(peer.recv(100).decode())
check("an app gets the socket that its unit listens on, as sd_listen_fds has it", answers == ["1 listen", "2 listen", "3 listen"],
      (answers, output("journalctl", "--user-unit=hutch-counter.service", "--no-pager")))
check("it is one instance for all connections", len(instances()) == 1, instances())
check("exec has none of it", not output("hutch", "exec", instances()[0]["id"], "--", "sh", "-c", "echo $LISTEN_PID").strip())
systemctl("stop", "hutch-counter.socket", "hutch-counter.service")
until(10, lambda: not instances())
said = output("hutch", "unit", "--profile=cli", "--listen-once=a", "--listen=b", "/bin/true")
check("one socket cannot be of both kinds", "--listen" in said and "--listen-once" in said, said)

said = output("hutch", "unit", "--profile=cli", "--watchdog=3", "/bin/true")
check("a watchdog without a word from the app is refused", "--notify" in said, said)
finish()
