#!/usr/bin/python3
"""Snapshots, and what brings them back; kills at any moment leave a toolbox before or after."""
import os
import random
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import box  # noqa: E402
from box import HUTCH, check, environment, hutch, inside, is_running, places, same, says, until  # noqa: E402

KILLS = int(os.environ.get("HUTCH_KILLS", "40"))

box.begin()
hutch("create", "--image", "bb", "box")


def idle():
    return until(20, lambda: not is_running("box"))


def write(text):
    inside("box", "sudo", "sh", "-c", f"echo {text} > /etc/state; rm -f /bin/ls.{text}; mkdir -p /opt/{text}")
    check(f"'{text}' is written and the toolbox idle", idle())


write("first")
same("a snapshot is taken", 0, hutch("toolbox", "snapshot", "box", "one").returncode)
says("and changes nothing", "first", "box", "cat", "/etc/state")
write("second")
inside("box", "sudo", "sh", "-c", "rm /bin/wc; mv /opt/first /opt/moved 2>/dev/null || (cp -r /opt/first /opt/moved; rm -r /opt/first)")
idle()
same("another", 0, hutch("toolbox", "snapshot", "box", "two").returncode)
result = hutch("toolbox", "snapshot", "box", "two")
check("a name is taken once", result.returncode == 1, result.stderr)
write("third")
same("back to the first", 0, hutch("toolbox", "rollback", "box", "one").returncode)
says("what was then is there", "first", "box", "cat", "/etc/state")
says("what was removed later too", "yes", "box", "sh", "-c", "test -e /bin/wc && test -d /opt/first && ! test -e /opt/moved && echo yes")
idle()
same("undo", 0, hutch("toolbox", "undo", "box").returncode)
says("brings back what was left", "third", "box", "cat", "/etc/state")
idle()
same("rollback without a name is to the last", 0, hutch("toolbox", "rollback", "box").returncode)
says("which it is", "second", "box", "cat", "/etc/state")
idle()
result = hutch("toolbox", "rollback", "box", "nine")
check("an unknown one names the others", result.returncode == 1 and "one, two" in result.stderr, result.stderr)
same("the list has them", ["one", "two"],
     [one["name"] for one in __import__("json").loads(hutch("toolbox", "snapshots", "--json", "box").stdout)["snapshots"]])

same("a clone", 0, hutch("toolbox", "clone", "box", "twin").returncode)
says("has what was there", "second", "twin", "cat", "/etc/state")
inside("twin", "sudo", "sh", "-c", "echo twin > /etc/state")
says("and goes its own way", "second", "box", "cat", "/etc/state")
idle()
until(20, lambda: not is_running("twin"))
busy = subprocess.Popen([HUTCH, "enter", "box", "--", "sh", "-c", "echo up; while :; do sleep 1; done"], stdout=subprocess.PIPE, env=environment())
busy.stdout.readline()
for verb in ("snapshot", "rollback", "undo"):
    result = hutch("toolbox", verb, "box")
    check(f"{verb} waits for an idle toolbox", result.returncode == 1 and "running" in result.stderr, result.stderr)
busy.terminate()
busy.wait()
hutch("toolbox", "stop", "box")

same("the first goes", 0, hutch("toolbox", "rm", "--force", "box").returncode)
says("what the clone shares with it stays", "twin", "twin", "cat", "/etc/state")
until(20, lambda: not is_running("twin"))

# --- killed at any moment
inside("twin", "sudo", "sh", "-c", "echo 0 > /etc/count")
until(20, lambda: not is_running("twin"))
choice = random.Random(5)
number, wrong = 0, []
for turn in range(KILLS):
    verb = choice.choice((["toolbox", "snapshot", "twin", f"s{turn}"], ["toolbox", "rollback", "twin"], ["toolbox", "undo", "twin"],
                          ["toolbox", "clone", "twin", f"c{turn}"], ["toolbox", "rm", f"c{turn - 1}"], ["create", "--image", "bb", f"c{turn}"]))
    victim = subprocess.Popen([HUTCH, *verb], env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(choice.random() * 0.03)
    victim.kill()
    victim.wait()
    for one in box.toolboxes():
        result = hutch("toolbox", "inspect", one["name"])
        if result.returncode != 0:
            wrong.append((verb, one["name"], result.stderr))
    result = inside("twin", "true")
    if result.returncode != 0:
        wrong.append((verb, "enter", result.stderr))
    until(20, lambda: not is_running("twin"))
check(f"{KILLS} kills leave toolboxes that start", not wrong, wrong[:3])
for one in box.toolboxes():
    hutch("toolbox", "rm", "--force", one["name"])
hutch("image", "prune")
same("and nothing that the next prune does not take", ([], [], []),
     (os.listdir(places("toolboxes")), os.listdir(places("images/uppers")), os.listdir(places("images/staging"))))
box.conclude()
