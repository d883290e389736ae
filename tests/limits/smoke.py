"""What only Debian's own kernel has: AppArmor, Landlock, pressure figures, several processors."""
import json
import os

from desk import Sandboxed, check, finish, output, until

with open("/sys/module/apparmor/parameters/enabled", encoding="ascii") as file:
    check("the kernel confines with AppArmor", file.read().strip() == "Y")
check("there are several processors", os.cpu_count() > 1, os.cpu_count())

app = Sandboxed("--profile", "cli", "/bin/sh", "-c", "echo started; exit 3")
check("a sandbox starts and ends", app.wait(120) == 3 and "started" in app.text(), app.text())
check("no protection is missing", "warning" not in app.text(), app.text())

app = Sandboxed("--memory=100M", "--profile", "cli", "/usr/bin/python3", "-c", "block = b'x' * (400 << 20); print('took it')")
check("memory: what wants more is killed", app.wait(120) == 137 and "took it" not in app.text(), app.text())
check("memory: and it is said", "used up the memory" in app.text(), app.text())

app = Sandboxed("--cpu=20%", "--profile", "cli", "/bin/sh", "-c", "while :; do :; done")
until(60, lambda: (app.record() or {}).get("init"))
usage = json.loads(output("hutch", "stats", "--no-stream", "--json"))["instances"][0]
check("stats show the kernel's pressure figures", "memory_pressure" in usage and "processor_pressure" in usage, usage)
output("hutch", "kill", app.instance)
check("it can be killed", app.wait(60) == 137, app.text())
app.check_nothing_left("a killed spinner")
finish()
