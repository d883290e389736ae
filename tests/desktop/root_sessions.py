"""Several logins of one user, another user, and what the end of a login means for what runs: run by root."""
import json
import os
import pwd
import socket
import struct
import subprocess
import sys
import time

RUNTIME = "/run/user/1000"
failures = []
logins = []


def check(name, holds, detail=""):
    print(f"{'ok' if holds else 'not ok'} - {name}", flush=True)
    if not holds:
        failures.append(name)
        print("  | " + str(detail).rstrip().replace("\n", "\n  | "), flush=True)


def until(seconds, condition):
    deadline = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return value


def as_user(name, *command, **variables):
    user = pwd.getpwnam(name)
    runtime = f"/run/user/{user.pw_uid}"
    environment = {"HOME": user.pw_dir, "USER": name, "LOGNAME": name, "PATH": "/usr/local/bin:/usr/bin:/bin",
                   "LANG": "C.UTF-8", "XDG_RUNTIME_DIR": runtime, "DBUS_SESSION_BUS_ADDRESS": f"unix:path={runtime}/bus",
                   **variables}
    return subprocess.run(["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--init-groups", *command],
                          env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=90, check=False, cwd=user.pw_dir)


def logged_in(*command):
    """A command in a login of its own of `tester`: a PAM session."""
    return ["systemd-run", "--quiet", "--uid=tester", "--property=PAMName=login", "--pipe", "--wait", "--collect",
            "--setenv=PATH=/usr/local/bin:/usr/bin:/bin", "--setenv=LANG=C.UTF-8", *command]


def from_login(*command):
    return subprocess.run(logged_in(*command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=90, check=False)


def running():
    text = as_user("tester", "hutch", "ps", "--json").stdout
    return {entry["id"]: entry for entry in json.loads(text)["instances"]} if text.startswith("{") else {}


def starts(instance):
    return until(30, lambda: running().get(instance, {}).get("init"))


def start_under_manager(instance):
    as_user("tester", "systemd-run", "--user", "--quiet", "--collect", "hutch", "run", "--instance", instance, "--profile",
            "cli", "/usr/bin/sleep", "600")
    return starts(instance)


def start_in_login(instance):
    logins.append(subprocess.Popen(logged_in("hutch", "run", "--instance", instance, "--profile", "cli", "/usr/bin/sleep",
                                             "600"), stdin=subprocess.DEVNULL))
    return starts(instance)


def end_of(instance):
    runs = json.loads(as_user("tester", "hutch", "history", "--json").stdout)["runs"]
    return next((run for run in reversed(runs) if run["id"] == instance), None)


def session_of(instance):
    """The login session that the supervisor is in."""
    with open(f"/proc/{running()[instance]['supervisor']}/cgroup", encoding="ascii") as file:
        group = next(line for line in file if line.startswith("0::")).strip()
    name = group.rsplit("/", 1)[-1]
    return name.removeprefix("session-").removesuffix(".scope") if name.startswith("session-") else ""


def end_everything(supervisor_socket):
    """As any process of another user could, were all modes wrong: a packet that asks for the end of everything."""
    as_other = os.fork()
    if as_other == 0:
        os.setgid(pwd.getpwnam("other").pw_gid)
        os.setuid(pwd.getpwnam("other").pw_uid)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as peer:
                peer.settimeout(5)
                peer.connect(supervisor_socket)
                peer.send(struct.pack("=IIiB3xii", 4, 0, 0, 0, -1, 0))
                os._exit(0 if peer.recv(100) == b"" else 1)
        except ConnectionError:
            os._exit(0)
        except OSError:
            os._exit(2)
    return os.waitstatus_to_exitcode(os.waitpid(as_other, 0)[1])


def test_two_logins():
    check("one starts under the user manager", start_under_manager("deskapp"), running())
    check("one in a login of its own", start_in_login("loginapp") and session_of("loginapp"), running())
    listed = from_login("hutch", "ps", "--no-legend").stdout
    check("another login sees both", "deskapp" in listed and "loginapp" in listed, listed)
    said = from_login("hutch", "exec", "deskapp", "--", "echo", "from", "afar")
    check("and executes in one of another login", said.returncode == 0 and "from afar" in said.stdout, said.stdout)
    said = from_login("hutch", "pause", "deskapp")
    check("pauses it", said.returncode == 0 and running()["deskapp"]["state"] == "paused", said.stdout)
    from_login("hutch", "resume", "deskapp")
    said = from_login("hutch", "stop", "deskapp")
    check("and stops it", said.returncode == 0 and until(20, lambda: "deskapp" not in running()), said.stdout)
    check("as its end says", (end_of("deskapp") or {}).get("status") == 143, end_of("deskapp"))


def test_another_user():
    subprocess.run(["useradd", "--create-home", "--shell", "/bin/bash", "other"], check=True)
    subprocess.run(["systemctl", "start", f"user@{pwd.getpwnam('other').pw_uid}.service"], check=True)
    until(30, lambda: os.path.exists(f"/run/user/{pwd.getpwnam('other').pw_uid}/bus"))
    listed = as_user("other", "hutch", "ps", "--json").stdout
    check("another user sees nothing", json.loads(listed) == {"instances": []}, listed)
    for verb in (["stop"], ["kill"], ["pause"], ["attach"], ["logs"], ["inspect"], ["set", "--nofile=100"]):
        said = as_user("other", "hutch", verb[0], "loginapp", *verb[1:])
        check(f"and cannot {verb[0]} it by name", said.returncode != 0 and "loginapp" in said.stdout, said.stdout)
    said = as_user("other", "hutch", "stop", "loginapp", XDG_RUNTIME_DIR=RUNTIME)
    check("nor by its place", said.returncode != 0 and "loginapp" in running(), said.stdout)
    places = [RUNTIME, f"{RUNTIME}/hutch", f"{RUNTIME}/hutch/loginapp", f"{RUNTIME}/hutch/loginapp/control"]
    modes = [os.stat(place).st_mode for place in places]
    for place in places:
        os.chmod(place, 0o777)
    check("nor with all modes open", end_everything(places[-1]) == 0 and "loginapp" in running(), running())
    for place, mode in zip(places, modes):
        os.chmod(place, mode & 0o7777)


def test_end_of_login():
    session = session_of("loginapp")
    start_under_manager("stays")
    subprocess.run(["loginctl", "terminate-session", session], check=True)
    check("what a login started ends with it", until(30, lambda: "loginapp" not in running()), running())
    # The terminal hangs up, or the session's processes are asked to end: whichever comes first.
    check("and is in the history as ended from outside",
          until(10, lambda: (end_of("loginapp") or {}).get("status") in (129, 143)), end_of("loginapp"))
    check("what the user manager runs goes on, as the user lingers", "stays" in running(), running())
    for login in logins:
        login.wait(30)


def test_logout():
    check("one more login", start_in_login("lastlogin"), running())
    # As logind does it for somebody who does not linger.
    subprocess.run(["loginctl", "terminate-session", session_of("lastlogin")], check=True)
    subprocess.run(["systemctl", "stop", "user@1000.service"], check=True)
    is_active = ["systemctl", "is-active", "--quiet", "user@1000.service"]
    check("with the last login the user manager ends", until(60, lambda: subprocess.run(is_active, check=False).returncode != 0))
    left = subprocess.run(["pgrep", "--list-full", "--euid", "1000", "hutch|sleep"], stdout=subprocess.PIPE, text=True,
                          check=False).stdout
    check("and nothing is left running", until(20, lambda: not subprocess.run(
        ["pgrep", "--euid", "1000", "hutch|sleep"], stdout=subprocess.DEVNULL, check=False).returncode == 0), left)
    subprocess.run(["systemctl", "start", "user@1000.service"], check=True)
    until(60, lambda: as_user("tester", "systemctl", "--user", "is-system-running").stdout.strip() in ("running", "degraded"))
    check("at the next login nothing runs", running() == {}, running())
    ends = {name: (end_of(name) or {}).get("outcome") for name in ("stays", "lastlogin")}
    check("and both ends are in the history", all(ends.values()), ends)
    print(f"# they ended as {ends}")


test_two_logins()
test_another_user()
test_end_of_login()
test_logout()
sys.exit(1 if failures else 0)
