"""The bus and the user manager are restarted under running instances: run by root, after everything else."""
import json
import os
import pwd
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

USER = pwd.getpwnam("tester")
RUNTIME = f"/run/user/{USER.pw_uid}"
ENVIRONMENT = {"HOME": USER.pw_dir, "USER": "tester", "LOGNAME": "tester", "PATH": "/usr/local/bin:/usr/bin:/bin",
               "LANG": "C.UTF-8", "XDG_RUNTIME_DIR": RUNTIME, "DBUS_SESSION_BUS_ADDRESS": f"unix:path={RUNTIME}/bus"}
failures = []


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


def as_user(*command):
    return subprocess.run(["setpriv", f"--reuid={USER.pw_uid}", f"--regid={USER.pw_gid}", "--init-groups", *command],
                          env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=90, check=False, cwd=USER.pw_dir).stdout


def start(instance, profile, *options):
    as_user("systemd-run", "--user", "--quiet", "--collect", f"--unit=start-{instance}", "hutch", "run", "--instance",
            instance, "--profile", profile, *options, "/usr/bin/sleep", "600")
    until(30, lambda: any(entry["id"] == instance and entry["init"] for entry in running()))


def running():
    text = as_user("hutch", "ps", "--json")
    return json.loads(text)["instances"] if text.startswith("{") else []


def end_of(instance):
    runs = json.loads(as_user("hutch", "history", "--json"))["runs"]
    return next((run for run in runs if run["id"] == instance), None)


def left(instance):
    found = as_user("systemctl", "--user", "list-units", "--all", "--plain", "--no-legend", f"app-hutch-*-{instance}.scope")
    found += as_user("pgrep", "--list-full", "hutch-launch")
    return found + "".join(name for name in os.listdir(RUNTIME + "/hutch") if name == instance)


start("onthebus", "gui", "--nosocket=wayland")
check("an app with a bus runs", running())
as_user("systemctl", "--user", "restart", "dbus.service")
until(20, lambda: os.path.exists(RUNTIME + "/bus"))
as_user("hutch", "kill", "--all")
check("after a restart of the bus it can be ended, and is in the history",
      until(20, lambda: not running()) or end_of("onthebus"), end_of("onthebus"))
said = as_user("hutch", "run", "--profile", "gui", "--nosocket=wayland", "/usr/bin/true")
check("others start", "hutch:" not in said.replace("hutch: warning", ""), said)

manager = int(as_user("systemctl", "show", "--property=MainPID", "--value", f"user@{USER.pw_uid}.service"))
with ThreadPoolExecutor(16) as pool:
    late = [pool.submit(as_user, "hutch", "run", "--instance", f"late{number}", "--profile", "cli", "/usr/bin/echo", "it ran")
            for number in range(16)]
    until(30, lambda: any(future.done() for future in late))  # the others are on their way
    os.kill(manager, signal.SIGSTOP)
    said = [future.result() for future in late]
    os.kill(manager, signal.SIGCONT)
wrong = [text for text in said if "it ran" not in text and "hutch: cannot" not in text and "user manager" not in text]
check("a manager that stops answering stops what starts, with an error", not wrong, wrong)
print(f"# {sum('it ran' not in text for text in said)} of 16 did not start")
check("what it does of it later leaves no scope", until(10, lambda: not left("late*").strip()), left("late*"))

start("undermanager", "cli")
check("an app runs under the manager", running())
subprocess.run(["systemctl", "restart", f"user@{USER.pw_uid}.service"], check=True, timeout=120)
check("it ends with the manager", until(30, lambda: not running()), running())
check("and its end is in the history", until(10, lambda: end_of("undermanager")))
print(f"# it ended as {end_of('undermanager')}")
check("nothing of it is left", until(20, lambda: not left("undermanager").strip()), left("undermanager"))
until(30, lambda: "running" in as_user("systemctl", "--user", "is-system-running") or
      "degraded" in as_user("systemctl", "--user", "is-system-running"))
said = as_user("hutch", "run", "--profile", "cli", "/usr/bin/echo", "started again")
check("under the new manager apps start", "started again" in said, said)
sys.exit(1 if failures else 0)
