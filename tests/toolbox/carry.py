#!/usr/bin/python3
"""What changed in a toolbox, what an upgrade does to it, and a toolbox as an image: the image's toolbox is the same."""
import json
import os
import random
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import box  # noqa: E402
import scene  # noqa: E402
from box import HUTCH, check, environment, hutch, inside, is_running, places, same, says, until  # noqa: E402

KILLS = int(os.environ.get("HUTCH_KILLS", "40")) // 4
MANAGER = """#!/bin/sh
echo "$*" >> /var/log/manager
[ "$1" = update ] && exit 0
test -e /etc/broken && { echo half > /etc/release; exit 7; }
echo new > /etc/release
busybox sed -i 's/^Version: 1-old$/Version: 2-new/' /var/lib/dpkg/status
"""
STATUS = """Package: editor
Status: install ok installed
Architecture: amd64
Version: 1-old

Package: library
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Version: 3

"""

box.begin()
tree = os.path.join(scene.scratch, "busybox")
for path in ("var/lib/dpkg", "var/log", "srv/data/below", "etc"):
    os.makedirs(os.path.join(tree, path))
for path, text in (("bin/apt-get", MANAGER), ("var/lib/dpkg/status", STATUS), ("etc/release", "old\n"), ("etc/stays", "same\n"),
                   ("srv/data/file", "1"), ("srv/data/below/file", "2"), ("srv/turns", "into a directory")):
    with open(os.path.join(tree, path), "w", encoding="utf-8") as file:
        file.write(text)
os.chmod(tree + "/bin/apt-get", 0o755)
scene.need(HUTCH, "image", "import", "--quiet", tree, "managed")
hutch("create", "--image", "managed", "box")


def idle(name="box"):
    return until(20, lambda: not is_running(name))


def root(name, script):
    result = inside(name, "sudo", "sh", "-ec", script)
    check(f"root inside: {script.split(';')[0][:40]}", result.returncode == 0 and idle(name), result.stderr)


def differences(*words):
    result = hutch("toolbox", "diff", "--json", *words)
    if result.returncode != 0:
        check("diff works", False, result.stderr)
        return {}, {}
    found = json.loads(result.stdout)
    return ({one["path"]: one["change"] for one in found["files"]},
            {one["name"]: (one["change"], one["before"], one["now"]) for one in found["packages"]})


def among(what, expected, files):
    same(what, expected, {path: files.get(path) for path in expected})


# --- what changed
inside("box", "true")
idle()
files, packages = differences("box")
same("a new toolbox has its image's packages", {}, packages)
check("and its files", not any(path.startswith(("/bin", "/srv", "/var/lib")) for path in files), files)
root("box", "echo 1 > /etc/new; rm /bin/wc; chmod 711 /bin/busybox; cat /etc/stays > /etc/copy; mv /etc/copy /etc/stays; "
            "rm -r /srv/data; mkdir /srv/data; echo 3 > /srv/data/other; rm /srv/turns; mkdir -p /srv/turns/deep; "
            "ln -s /../../../../etc/shadow /etc/link; touch \"$(busybox printf '/etc/a\\033[31m\\nb')\"")
files, packages = differences("box")
among("diff shows what is new, changed and gone",
      {"/etc/new": "added", "/bin/wc": "removed", "/bin/busybox": "changed", "/etc/stays": None, "/srv/data/other": "added",
       "/srv/data/file": "removed", "/srv/data/below/": "removed", "/srv/data/below/file": None, "/srv/turns/": "changed",
       "/srv/turns/deep/": "added", "/etc/link": "added", "/etc/release": None}, files)
result = hutch("toolbox", "diff", "box")
check("names are quoted", "+ /etc/a\\x1b[31m\\x0ab\n" in result.stdout and "\x1b" not in result.stdout, result.stdout)
hutch("toolbox", "snapshot", "box", "one")
same("since a snapshot nothing changed", ({}, {}), differences("box", "one"))
root("box", "rm /etc/new; echo 4 > /srv/data/other; busybox sed -i 's/^Version: 3$/Version: 4/; s/^Package: editor$/Package: ed/' /var/lib/dpkg/status")
files, packages = differences("box", "one")
among("since a snapshot only what came after it is there",
      {"/etc/new": "removed", "/srv/data/other": "changed", "/bin/wc": None, "/etc/link": None}, files)
same("with the packages", {"library:amd64": ("changed", "3", "4"), "editor": ("removed", "1-old", ""), "ed": ("added", "", "1-old")}, packages)
result = hutch("toolbox", "diff", "box", "nine")
check("an unknown snapshot names the others", result.returncode == 1 and "one" in result.stderr, result.stderr)
hutch("toolbox", "rollback", "box", "one")
root("box", "rm -r /var/lib/dpkg; ln -s /etc /var/lib/dpkg; mkdir -p /lib/apk/db; busybox mkfifo /lib/apk/db/installed; mkdir -p /var/lib/rpm")
result = hutch("toolbox", "diff", "--json", "box", "one")
check("a hostile database is not read, nor waited for", result.returncode == 0 and json.loads(result.stdout)["unread"] == ["apk", "rpm"],
      result.stdout, result.stderr)
busy = subprocess.Popen([HUTCH, "enter", "box", "--", "sh", "-c", "echo up; while :; do sleep 1; done"], stdout=subprocess.PIPE, env=environment())
busy.stdout.readline()
same("a running toolbox can be looked at", 0, hutch("toolbox", "diff", "box").returncode)
result = hutch("toolbox", "export", "--image", "x", "box")
check("but is not exported", result.returncode == 1 and "running" in result.stderr, result.stderr)
busy.terminate()
busy.wait()
hutch("toolbox", "stop", "box")
idle()
hutch("toolbox", "rollback", "box", "one")

# --- upgrades
result = hutch("toolbox", "upgrade", "--yes", "box")
check("an upgrade is the image's own package manager", result.returncode == 0 and "undo box" in result.stderr, result.stderr)
idle()
says("which asks nothing when told", "update\n-y upgrade --with-new-pkgs", "box", "cat", "/var/log/manager")
says("and does its work", "new", "box", "cat", "/etc/release")
idle()
same("diff has the package", {"editor": ("changed", "1-old", "2-new")}, differences("box", "one")[1])
same("undo", 0, hutch("toolbox", "undo", "box").returncode)
says("takes it back", "old", "box", "cat", "/etc/release")
idle()
same("undo", 0, hutch("toolbox", "undo", "box").returncode)
says("and back again", "new", "box", "cat", "/etc/release")
idle()
root("box", "touch /etc/broken; echo before > /etc/release")
result = hutch("toolbox", "upgrade", "box")
check("one that fails says so, and how to go back", result.returncode == 7 and "undo box" in result.stderr, result.stderr)
idle()
hutch("toolbox", "undo", "box")
says("which works", "before", "box", "cat", "/etc/release")
idle()
hutch("create", "--image", "bb", "plain")
result = hutch("toolbox", "upgrade", "plain")
check("without a package manager there is no upgrade", result.returncode == 1 and "no package manager" in result.stderr, result.stderr)
idle("plain")
same("and no snapshot", [], json.loads(hutch("toolbox", "snapshots", "--json", "plain").stdout)["snapshots"])
hutch("toolbox", "rm", "--force", "plain")

# --- a toolbox as an image
LONG = "d" * 120
root("box", f"mkdir -p /data/{LONG}; cd /data; echo text > file; ln file /data/{LONG}/again; busybox truncate -s 50000000 holes; "
            "echo end | dd of=holes bs=1 seek=20000000 conv=notrunc 2>/dev/null; busybox truncate -s 7000000 hole; chown 5:6 file; chmod 4755 file; "
            "ln -s nowhere link; busybox mkfifo fifo; echo x > \"$(busybox printf 'b\\377d')\"; echo ü > grün; "
            "busybox touch -d '2001-02-03 04:05:06' file; chown -h 7:8 link; mkdir sticky; chmod 1777 sticky; busybox touch -d '1999-01-01 00:00:00' sticky")
hutch("toolbox", "snapshot", "box")
root("box", "rm /bin/tty; mv /data/sticky /data/moved; rm -r /srv/turns; echo x > /srv/turns")
SHOW = r"""cd /; for top in bin data etc srv var lib home root; do test -e $top && busybox find $top -xdev; done | busybox sort | while IFS= read -r name; do
case $name in etc/.hutch|etc/hostname|etc/hosts|etc/resolv.conf|etc/machine-id|home/*) continue;; esac
test -d "$name" && links=- || links=$(stat -c %h "$name")
sum=; test -f "$name" && sum=$(busybox md5sum < "$name"); test -L "$name" && sum=$(busybox readlink "$name")
echo "$(stat -c '%n %f %u %g %s %Y' "$name") $links $sum"; done; true"""


def listing(name):
    result = hutch("enter", "--root", name, "--", "sh", "-c", SHOW, errors="replace")
    check(f"'{name}' is listed", result.returncode == 0 and len(result.stdout) > 1000 and idle(name), result.stderr)
    return [line for line in result.stdout.splitlines() if not line.startswith("etc ")]


result = hutch("toolbox", "export", "--image", "localhost/made:1", "box")
check("a toolbox becomes an image", result.returncode == 0, result.stderr)
result = hutch("create", "--image", "localhost/made:1", "again")
check("which makes a toolbox", result.returncode == 0, result.stderr)
first, second = listing("box"), listing("again")
check("that has the same in it", first == second, *sorted(set(first) ^ set(second))[:10])
says("holes are no content", "yes", "again", "sh", "-c", "test $(stat -c %b /data/holes) -lt 2000 && test $(stat -c %b /data/hole) -lt 100 && echo yes")
record = next(one for one in scene.images() if "localhost/made:1" in one["names"])
same("its image is the one below and a layer", 2, len(record["layers"]))
archive = os.path.join(scene.scratch, "box.oci.tar")
result = hutch("toolbox", "export", "--output", archive, "--zstd", "--json", "box")
check("an archive is written at once", result.returncode == 0 and json.loads(result.stdout)["names"] == [], result.stderr)
check("nothing of it is kept in the store", all(one["names"] for one in scene.images()))
result = scene.run("skopeo", "inspect", "--config", f"oci-archive:{archive}")
check("others read it", result.returncode == 0, result.stderr)
config = json.loads(result.stdout or "{}")
same("with a history that fits its layers", (2, 2), (len(config.get("history", [])), len(config.get("rootfs", {}).get("diff_ids", []))))
hutch("image", "load", "--name=localhost/loaded:1", archive)
hutch("create", "--image", "localhost/loaded:1", "third")
check("and what they get is the same", listing("third") == first)
saved = os.path.join(scene.scratch, "saved.tar")
check("image save takes it", hutch("image", "save", "--output", saved, "localhost/made:1").returncode == 0 and os.path.getsize(saved) > 0)
result = hutch("toolbox", "export", "--image", "x", "--bin", "ls", "box")
check("an image and programs are not exported at once", result.returncode == 2, result.stderr)
root("box", "touch /etc/.wh.release")
result = hutch("toolbox", "export", "--image", "localhost/bad:1", "box")
check("a name that means something in an image is refused", result.returncode == 1 and ".wh.release" in result.stderr, result.stderr)
root("box", "rm /etc/.wh.release")

choice = random.Random(7)
for turn in range(KILLS):
    victim = subprocess.Popen([HUTCH, "toolbox", "export", "--image", f"localhost/killed:{turn}", "box"], env=environment(),
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    time.sleep(choice.random() * 0.3)
    os.killpg(victim.pid, 9)
    victim.wait()
whole = [one for one in scene.images() if any("killed" in name for name in one["names"])]
for one in whole:
    check("an image that is there after a kill is whole", hutch("create", "--image", one["names"][0], "whole").returncode == 0)
    hutch("toolbox", "rm", "--force", "whole")
    hutch("image", "rm", one["names"][0])
check(f"{KILLS} kills leave the toolbox as it was", listing("box") == first)
for name in ("box", "again", "third"):
    hutch("toolbox", "rm", "--force", name)
hutch("image", "prune")
same("and nothing that prune does not take", ([], []), (os.listdir(places("images/staging")), os.listdir(places("images/partial"))))
box.conclude()
