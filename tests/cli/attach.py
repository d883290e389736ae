#!/usr/bin/python3
"""`hutch attach` and `hutch logs`: an app's terminal from another one, and output that would have gone nowhere."""
import json
import os
import signal
import subprocess

from pseudo import Session, check, finish, own_places, until

HUTCH = os.environ["HUTCH"]
RUN = [HUTCH, "run", "--profile", "cli"]
NOWHERE = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def hutch(*words):
    return subprocess.run([HUTCH, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=60, check=False)


def runs(instance):
    return any(entry["id"] == instance for entry in json.loads(hutch("ps", "--json").stdout)["instances"])


def hears_signals(pid):
    """It is past its preparations: signals are blocked, and read from a descriptor."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        blocked = next(line for line in file if line.startswith("SigBlk:")).split()[1]
    return int(blocked, 16) >> (signal.SIGINT - 1) & 1


def at_a_terminal():
    first = Session([*RUN, "--instance", "shared", "bash", "-c",
                     "while read -r line; do echo got $line at $(stty size); done; exit 4"])
    first.type("here\n")
    check("the app is at its terminal", first.expect("got here"), first.text)
    other = Session([HUTCH, "attach", "shared"], rows=50, columns=140)
    check("attach says how to leave", other.expect(r"\^P \^Q"), other.text)
    other.type("there\n")
    check("what is typed at the other one is the app's, with that one's size", other.expect("got there at 50 140"),
          other.text)
    third = Session([HUTCH, "attach", "shared"])
    check("two cannot have it", third.end() == 125, third.text)
    other.type("\x10between\n")
    check("the first of the keys alone is the app's", other.expect("got .*between"), other.text)
    other.type("\x10\x11")
    check("the keys give it back", other.end() == 0 and "goes on" in other.text, other.text)
    first.type("again\n")
    check("the first one goes on", "there" not in first.text and first.expect("got again at 31 97"), first.text)
    other = Session([HUTCH, "attach", "shared"])
    other.expect(r"\^P \^Q")
    os.kill(other.pid, signal.SIGKILL)
    check("so it does when the other dies", other.end() == -signal.SIGKILL, other.status)
    first.type("and again\n")
    check("and goes on", first.expect("got and again"), first.text)
    other = Session([HUTCH, "attach", "shared"])
    other.expect(r"\^P \^Q")
    until(lambda: hears_signals(other.pid))
    other.type("last\n")
    other.expect("got last")
    other.type("\x04")
    check("an app that ends takes both along, with its status", (other.end(), first.end()) == (4, 4),
          (other.status, first.status))
    refused = hutch("attach", "shared")
    check("nobody of that name", refused.returncode == 125 and "no running instance" in refused.stdout, refused.stdout)

    first = Session([*RUN, "--instance", "shared", "sleep", "60"])
    until(lambda: runs("shared"))
    refused = hutch("attach", "shared")
    check("without a terminal there is nothing to take over", refused.returncode == 125 and "here is none" in refused.stdout,
          refused.stdout)
    refused = hutch("logs", "shared")
    check("nor to show", refused.returncode == 1 and "where it was started" in refused.stdout, refused.stdout)
    hutch("kill", "shared")
    first.end()


def without_output():
    gate = os.environ["HOME"] + "/gate"
    os.mkfifo(gate)
    with subprocess.Popen([*RUN, "--instance", "quiet", f"--filesystem={gate}", "sh", "-c",
                           f"echo one; echo two >&2; read -r word <{gate}; printf 'three\\033[31m\\n'; exit 3"],
                          **NOWHERE) as app:
        check("what would go nowhere is in a log", until(lambda: hutch("logs", "quiet").stdout == "one\ntwo\n"),
              hutch("logs", "quiet").stdout)
        attached = subprocess.Popen([HUTCH, "attach", "quiet"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                    stderr=subprocess.STDOUT, text=True)
        follower = subprocess.Popen([HUTCH, "logs", "--follow", "--lines=1", "quiet"], stdin=subprocess.DEVNULL,
                                    stdout=subprocess.PIPE, text=True)
        first_line = follower.stdout.readline()
        until(lambda: hears_signals(attached.pid))
        with open(gate, "w", encoding="ascii") as file:
            file.write("go\n")
        text, status = attached.communicate(timeout=60)[0], attached.returncode
        check("attach shows what comes, harmless, and ends with the app's status", (text, status) == ("three\\x1b[31m\n", 3),
              (text, status))
        followed = first_line + follower.communicate(timeout=60)[0]
        check("logs --follow shows the last lines and what comes, until the end", followed == "two\nthree\\x1b[31m\n", followed)
        app.wait()
    check("the log outlives the run", hutch("logs", "-n", "1", "quiet").stdout == "three\\x1b[31m\n")

    subprocess.run([*RUN, "--instance", "flood", "sh", "-c", "seq 300000"], check=True, **NOWHERE)
    lines = hutch("logs", "flood").stdout.split()
    check("of very much the last part is kept, whole", lines[-1] == "300000" and
          lines[1:] == [str(number) for number in range(int(lines[1]), 300001)], lines[:3])
    directory = os.environ["HOME"] + "/.local/state/hutch/logs"
    size = sum(os.path.getsize(f"{directory}/{name}") for name in os.listdir(directory) if name.startswith("flood"))
    check("within its bounds", (512 << 10) < size <= (1 << 20) + 32768, size)

    with subprocess.Popen([*RUN, "--instance", "patient", "sh", "-c",
                           "trap 'echo asked; exit 5' INT; echo up; while :; do sleep 0.1; done"], **NOWHERE) as app:
        until(lambda: "up" in hutch("logs", "patient").stdout)
        attached = Session([HUTCH, "attach", "patient"])
        until(lambda: hears_signals(attached.pid))
        attached.type("\x03")
        check("attach passes signals on", attached.end() == 5 and "asked" in attached.text, attached.text)
        app.wait()

    for number in range(70):
        subprocess.run([*RUN, "--instance", f"many{number}", "true"], check=True, **NOWHERE)
    check("logs of the newest runs are kept, not more", len(os.listdir(directory)) <= 128 and
          os.path.exists(f"{directory}/many69"), len(os.listdir(directory)))


places = own_places()
at_a_terminal()
without_output()
del places
finish()
