"""What only Debian's own kernel has: AppArmor, Landlock, pressure figures, several processors, sleep."""
import json
import os
import time

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

SLEEP, IDLE = 10, 8  # seconds
app = Sandboxed(f"--idle={IDLE}s", "--profile", "cli", "/usr/bin/sleep", "600")
until(60, lambda: (app.record() or {}).get("init"))
asleep = time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic()
nap = os.environ["XDG_RUNTIME_DIR"] + "/nap"
with open(nap, "w", encoding="ascii") as file:
    file.write(str(SLEEP))
check("the machine sleeps and wakes up", until(60, lambda: not os.path.exists(nap)))
asleep = time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic() - asleep
check("for longer than the app may be idle", asleep > IDLE, asleep)
record = app.record()
check("an app that was not idle for so long before outlives it", record and record["state"] == "running", record)
check("and ends when it has been idle while awake", app.wait(60) == 124 and "did nothing" in app.text(), app.text())
app.check_nothing_left("an app that slept with the machine")
finish()
