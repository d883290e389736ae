#!/usr/bin/python3
"""Terminals: `hutch run` and `hutch exec` at a real pseudo terminal, with job control by a real shell."""
import os
import select
import signal
import subprocess
import time

from pseudo import DEADLINE, Session, check, finish, own_places

HUTCH = os.environ["HUTCH"]


def settle(session, before):
    """The terminal is again as it was."""
    until = time.monotonic() + DEADLINE
    while time.monotonic() < until:
        if session.settings() == before:
            return True
        session.read(0.05)
    return False


def tests_of(kind, start):
    session = Session([*start, "sh", "-c", "tty; stty size; exit 4"])
    check(f"{kind}: the program has a terminal of the sandbox's own", session.expect(r"/dev/pts/\d+"), session.text)
    check(f"{kind}: with the size of ours", session.expect(r"31 97"), session.text)
    check(f"{kind}: its status is ours", session.end() == 4, session.status)

    session = Session([*start, "sh", "-c", "trap 'stty size; exit' WINCH; echo up; while :; do sleep 0.1; done"])
    session.expect("up")
    session.resize(40, 120)
    check(f"{kind}: a new size arrives", session.expect("40 120"), session.text)
    session.end()

    session = Session([*start, "sh", "-c", "trap 'echo caught; exit 9' INT; echo up; while :; do sleep 0.1; done"])
    session.expect("up")
    session.type("\x03")
    check(f"{kind}: ^C is the program's", session.expect("caught"), session.text)
    check(f"{kind}: and not ours", session.end() == 9, session.status)

    session = Session([*start, "cat"])
    session.type("typed\n")
    check(f"{kind}: what is typed arrives", session.expect(r"typed\r\n[^\0]*typed\r\n"), session.text)
    session.type("\x04")
    check(f"{kind}: ^D ends the input", session.end() == 0, session.status)

    session = Session([*start, "sh", "-c", "seq 20000; echo the end"])
    check(f"{kind}: nothing of much output is lost", session.expect(r"19999\r\n20000\r\nthe end"), session.text[-200:])
    session.end()


def job_control(kind, start):
    """^Z stops the command and us, our shell sees it, `fg` goes on."""
    session = Session(["/bin/bash", "--norc", "--noprofile", "-i"])
    session.type("PS1='rea''dy> '\n")  # its echo must not look like the prompt itself
    session.expect("ready> $")
    before = session.settings()
    command = " ".join(start) + " sh -c 'echo up; read line; echo got $line'"
    session.type(command + "\n")
    session.expect(r"up\r\n")
    session.type("\x1a")
    check(f"{kind}: ^Z stops it", session.expect("Stopped"), session.text)
    session.expect("ready> ")
    check(f"{kind}: the terminal is as before while it is stopped", settle(session, before), session.settings())
    session.type("fg\n")
    session.expect("read line")
    session.type("more\n")
    check(f"{kind}: fg goes on with it", session.expect("got more"), session.text)
    session.expect("ready> $")  # what is typed earlier is still the program's
    session.type("exit\n")
    session.end()


def restores_settings(kind, start):
    session = Session(["/bin/bash", "--norc", "--noprofile", "-i"])
    session.type("PS1='rea''dy> '\n")  # its echo must not look like the prompt itself
    session.expect("ready> $")
    before = session.settings()
    session.type(" ".join(start) + " sh -c 'echo up; stty raw; kill -KILL $$'\n")
    session.expect("up")
    session.expect("ready> ")
    check(f"{kind}: the terminal is as before when the program was killed", settle(session, before), session.settings())
    session.type("exit\n")
    session.end()


def inner_shell(kind, start):
    """Jobs of a shell inside are that shell's: ^Z stops them and not us."""
    session = Session([*start, "bash", "--norc", "--noprofile", "-i"])
    session.type("PS1='ins''ide> '\n")
    session.expect("inside> $")
    session.type("\x1a")  # at its prompt the shell ignores it
    # Nothing that starts programs: dash uses vfork(2), and a ^Z between that and the execve stops the child alone, while
    # its parent waits where it cannot be stopped. Such a job hangs at any terminal.
    session.type("bash -c 'trap \"echo again\" CONT; echo up; while :; do read -t 0.1 line; done'\n")
    session.expect(r"up\r\n")
    session.type("\x1a")
    check(f"{kind}: ^Z stops a job of a shell inside", session.expect("Stopped.*done'"), session.text)
    session.expect("inside> $")
    session.type("fg\n")
    check(f"{kind}: and its fg goes on with it", session.expect(r"again\r\n"), session.text)
    session.type("\x03")
    session.expect("inside> $")
    session.type("exit 6\n")
    check(f"{kind}: and the shell goes on", session.end() == 6, session.status)


def hang_up(instance):
    """Closing the terminal ends the command in the sandbox, not the sandbox."""
    marker = f"7{os.getpid()}1"
    session = Session([HUTCH, "exec", instance, "--", "sh", "-c", f"echo up; sleep {marker}"])
    session.expect("up")
    os.close(session.master)
    os.waitpid(session.pid, 0)
    until = time.monotonic() + DEADLINE
    gone = False
    while not gone and time.monotonic() < until:
        gone = subprocess.run(["pgrep", "-f", f"sleep {marker}"], stdout=subprocess.DEVNULL, check=False).returncode != 0
        select.select([], [], [], 0.05)
    check("exec: hanging up ends the command", gone)
    alive = subprocess.run([HUTCH, "exec", instance, "--", "true"], stdin=subprocess.DEVNULL, check=False).returncode
    check("exec: and not the sandbox", alive == 0, alive)


def main():
    places = own_places()
    run = [HUTCH, "run", "--profile", "cli"]
    tests_of("run", run)
    job_control("run", run)
    inner_shell("run", run)
    restores_settings("run", run)
    instance = "terminals"
    app = subprocess.Popen([*run, "--instance", instance, "sleep", "600"], stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    start = [HUTCH, "exec", instance, "--"]
    until = time.monotonic() + DEADLINE
    while time.monotonic() < until and subprocess.run([*start, "true"], stdin=subprocess.DEVNULL, check=False,
                                                      stderr=subprocess.DEVNULL).returncode != 0:
        select.select([], [], [], 0.05)
    tests_of("exec", start)
    job_control("exec", start)
    inner_shell("exec", start)
    restores_settings("exec", start)
    hang_up(instance)
    check("exec: the app outlives all of this", app.poll() is None, app.returncode)
    app.send_signal(signal.SIGTERM)
    app.wait()
    del places
    finish()


main()
