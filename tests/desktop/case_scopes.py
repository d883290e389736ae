"""The systemd scope of a sandbox: its name as desktops read it, who is in it, its limits, and what ends with it."""
import os
import re
import subprocess

from desk import Sandboxed, check, finish, output, until


def show(unit, name):
    return output("systemctl", "--user", "show", "--property=" + name, "--value", unit).strip()


def app_id(unit):
    """The app id as xdg-desktop-portal and desktops read it from a unit's name: app[-LAUNCHER]-APPID-RANDOM.scope."""
    match = re.fullmatch(r"app-(?:[^-]+-)?([^-]+)-[^-]+\.scope", unit)
    return match and re.sub(r"\\x([0-9a-f]{2})", lambda code: chr(int(code[1], 16)), match[1])


def command_line(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().split(b"\0")[0].decode()
    except OSError:
        return ""


SLEEP = ["--profile", "cli", "--portal=settings", "/usr/bin/sleep", "600"]
app = Sandboxed(*SLEEP)
until(20, lambda: app.record() and app.record().get("init") and "/usr/bin/sleep" in map(command_line, app.processes()))
record, scope = app.record(), app.scope()
check("a run has a scope", scope is not None, app.text())
check("whose name gives back the app id", app_id(scope) == record["app"], scope)
check("it is in app.slice", show(scope, "Slice") == "app.slice")
check("it says what it is", show(scope, "Description") not in ("", scope) and "hutch" in show(scope, "Documentation"))
check("it leaves no failed unit to look at", show(scope, "CollectMode") == "inactive-or-failed")
inside = app.processes()
names = sorted(os.path.basename(command_line(pid)) for pid in inside)
check("PID 1, the program and the bus proxy are in it", names == ["hutch-launch", "sleep", "xdg-dbus-proxy"], names)
check("the supervisor is not: it tells how the others ended", str(record["supervisor"]) not in inside, inside)
check("the record names it", record["scope"] == scope, record)
output("systemctl", "--user", "kill", "--signal=KILL", scope)
check("when it is killed, so is the run", app.wait(20) == 137, app.text())
app.check_nothing_left("a killed scope")

app = Sandboxed(*SLEEP)
until(20, app.scope)
output("systemctl", "--user", "stop", app.scope())
check("stopping the unit stops the app", app.wait(30) in (137, 143), app.text())
app.check_nothing_left("a stopped scope")

app = Sandboxed("--profile", "cli", "/usr/bin/cat", "/proc/self/cgroup")
app.wait(20)
check("inside, its own cgroup is the root", "0::/\n" in app.text(), app.text())

with open("/proc/self/cgroup", encoding="ascii") as file:
    own = next(line.strip()[3:] for line in file if line.startswith("0::"))
with open(f"/sys/fs/cgroup{own.rsplit('/', 1)[0]}/cgroup.controllers", encoding="ascii") as file:
    controllers = file.read().split()
app = Sandboxed("--memory=64M", "--tasks=50", "--cpu=50%", *SLEEP)
if {"memory", "pids", "cpu"} <= set(controllers):
    until(20, app.scope)
    limits = [show(app.scope(), name) for name in ("MemoryMax", "TasksMax", "CPUQuotaPerSecUSec")]
    check("limits are the unit's", limits == ["67108864", "50", "500ms"], limits)
    output("hutch", "stop", app.instance)
    app.wait(20)
else:
    status = app.wait(20)
    check("a limit nobody can enforce stops the run", status == 125, app.text())
    check("and the missing controller is named", re.search(r"'(memory|pids|cpu)' controller\nhint: ", app.text()), app.text())
app.check_nothing_left("a run with limits")

holder = subprocess.Popen(["systemd-run", "--user", "--scope", "--quiet", "--unit=app-hutch-hutch.app.cli-taken.scope",
                           "sleep", "600"])
until(10, lambda: "taken" in output("systemctl", "--user", "list-units", "--plain", "--no-legend", "--type=scope"))
result = subprocess.run(["hutch", "run", "--instance", "taken", *SLEEP], stdin=subprocess.DEVNULL, capture_output=True,
                        text=True, timeout=60, check=False)
check("a unit of that name that exists already stops the run", result.returncode == 125, result.stderr)
check("and is named", "app-hutch-hutch.app.cli-taken.scope" in result.stderr, result.stderr)
check("no instance stays", not any(name == "taken" for name in os.listdir(os.environ["XDG_RUNTIME_DIR"] + "/hutch")))
check("the other's unit is left alone", holder.poll() is None)
holder.kill()
holder.wait()
finish()
