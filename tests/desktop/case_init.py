"""A toolbox that runs its image's init: systemd as PID 1 of its own, with services, and its end."""
import glob
import json
import os
import signal
import subprocess

from desk import check, finish, output, until

IMAGE = "/var/image.tar"  # a Debian 12 system: `run` of tests/desktop binds it
UNIT = """[Unit]
Description=A service of the image
[Service]
ExecStart=/bin/sleep infinity
ExecStop=/bin/sh -c 'sleep 0.3; echo stopped >>/var/log/ends'
[Install]
WantedBy=multi-user.target
"""


def hutch(*words, **options):
    return subprocess.run(["hutch", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=150, check=False, **options)


def inside(*command, root=False):
    return hutch("enter", *(["--root"] if root else []), "box", "--", *command)


def is_running():
    return json.loads(output("hutch", "toolbox", "inspect", "--json", "box"))["toolboxes"][0]["running"]


def scopes():
    return output("systemctl", "--user", "list-units", "--all", "--plain", "--no-legend", "app-hutch-*.scope")


# The desktop delegates no controllers: without one a limit cannot be kept, and toolboxes have one of tasks.
result = hutch("create", "--image", IMAGE, "--init", "--tasks=infinity", "box")
check("a toolbox with an init is made", result.returncode == 0, result.stdout)
state = until(90, lambda: (word := inside("systemctl", "is-system-running").stdout.strip()) in ("running", "degraded") and word)
check("it boots", state, inside("systemctl", "list-jobs").stdout)
check("nothing fails in it", inside("systemctl", "--failed", "--plain", "--no-legend").stdout.strip() == "",
      inside("systemctl", "--failed").stdout + inside("journalctl", "-b", "-p", "warning", "--no-pager", root=True).stdout)
check("PID 1 is the image's systemd", inside("cat", "/proc/1/comm").stdout == "systemd\n")
check("which knows that it is in a container", inside("systemd-detect-virt").stdout.strip() == "container-other",
      inside("systemd-detect-virt").stdout)
processes = inside("sh", "-c", "cat /proc/[0-9]*/comm").stdout.split()
check("no process of the host is in sight", "systemd-journal" in processes and "sway" not in processes and
      "hutch-launch" not in processes, processes)
check("nor a cgroup of the host", "user.slice" not in inside("cat", "/proc/self/cgroup").stdout)
check("services have cgroups of their own", "0::/system.slice/" in
      inside("systemd-run", "--quiet", "--wait", "--pipe", "cat", "/proc/self/cgroup", root=True).stdout)
with open(next(iter(glob.glob(f"/sys/fs/cgroup/user.slice/user-{os.getuid()}.slice/user@*.service/app.slice/app-hutch-*.scope/"
                              "cgroup.max.depth"))), encoding="ascii") as file:
    inside("sh", "-c", "find /sys/fs/cgroup -name cgroup.max.depth | while read -r file; do echo 7 >$file; done", root=True)
    check("what bounds the toolbox itself is out of reach", file.read() == "max\n")
check("the user is the host's", inside("id", "-un").stdout == output("id", "-un"))

result = inside("sh", "-c", f"printf '%s' \"$1\" >/etc/systemd/system/ours.service && systemctl enable --now ours.service",
                "sh", UNIT, root=True)
check("a service is enabled and started", result.returncode == 0, result.stdout)
check("and runs", inside("systemctl", "is-active", "ours.service").stdout == "active\n")
check("the toolbox runs on with nobody inside", is_running())
check("its log is the journal", "Started ours.service" in inside("journalctl", "--no-pager", "--unit=ours", root=True).stdout)

result = hutch("toolbox", "stop", "box")
check("it stops", result.returncode == 0 and until(20, lambda: not is_running()), result.stdout)
runs = {run["id"]: run for run in json.loads(output("hutch", "history", "--json"))["runs"]}
identity = json.loads(output("hutch", "toolbox", "inspect", "--json", "box"))["toolboxes"][0]["id"]
check("of itself", runs[identity]["outcome"] == "exited" and runs[identity]["status"] == 0, runs[identity])
check("nothing of it is left", until(20, lambda: not scopes().strip()), scopes())
groups = f"/sys/fs/cgroup/user.slice/user-{os.getuid()}.slice/user@*.service/app.slice/app-hutch-*"
check("no cgroup either", until(20, lambda: not glob.glob(groups)), glob.glob(groups + "/*") + glob.glob(groups + "/*/*"))
check("at the next start the service is there", until(60, lambda: inside("systemctl", "is-active", "ours.service").stdout == "active\n"))
check("which was stopped as it should be", inside("cat", "/var/log/ends").stdout == "stopped\n")

running = json.loads(output("hutch", "ps", "--json"))["instances"][0]
os.kill(running["supervisor"], signal.SIGKILL)
check("with its supervisor it is gone", until(20, lambda: not is_running() and not os.path.exists(f"/proc/{running['init']}")))
check("and starts again", until(60, lambda: inside("systemctl", "is-active", "ours.service").stdout == "active\n"))

result = inside("systemctl", "poweroff", root=True)
check("it can be switched off from inside", until(60, lambda: not is_running()), result.stdout)
result = hutch("toolbox", "set", "--no-init", "box")
check("it can do without", result.returncode == 0 and inside("cat", "/proc/1/comm").stdout != "systemd\n", result.stdout)
until(20, lambda: not is_running())
result = hutch("toolbox", "rm", "--force", "box")
check("and go", result.returncode == 0 and not os.path.exists(os.environ["HOME"] + "/.local/share/hutch/toolboxes/box"), result.stdout)
finish()
