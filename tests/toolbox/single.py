#!/usr/bin/python3
"""Toolboxes of a user without subordinate ids: one id, which is root's inside, and package managers that do not notice.
Also what happens to them when the user gets such ids, and to others when they are lost."""
import fcntl
import hashlib
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import box  # noqa: E402
import scene  # noqa: E402
from box import HUTCH, check, hutch, is_running, places, run, same, says, until  # noqa: E402

# A user namespace with the caller alone, in which newuidmap is no program; then without its capabilities.
WITHOUT = ("unshare", "--user", "--map-current-user", "--keep-caps", "--mount", "sh", "-c",
           'mount --bind /dev/null /usr/bin/newuidmap && exec setpriv --inh-caps=-all --ambient-caps=-all "$@"', "sh")
LISTED = 'for deb in *.deb; do dpkg-deb -f "$deb"; echo "Filename: ./$deb"; echo "Size: $(stat -c %s "$deb")"; echo "SHA256: $(sha256sum < "$deb" | cut -d" " -f1)"; echo; done > Packages'
# Packages whose installation makes users, gives files away and runs programs as others.
PACKAGES = ("dbus", "man-db", "cron")
DEBIAN = ("--variant=minbase", "--include=adduser", "--aptopt=APT::Install-Recommends \"false\"",
          "--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-exclude=/usr/share/man/*",
          f"--customize-hook=chroot \"$1\" apt-get -qq install --download-only {' '.join(PACKAGES)} && mkdir \"$1/repository\" && "
          "mv \"$1\"/var/cache/apt/archives/*.deb \"$1/repository/\"",
          f"--customize-hook=cd \"$1/repository\" && {LISTED}", "bookworm")
POSTINST = """#!/bin/sh
set -e
adduser --system --group --home /var/lib/odd odd
mkdir -p /var/lib/odd/spool
chown -R odd:odd /var/lib/odd
chown root:odd /usr/bin/odd
chmod 4750 /usr/bin/odd
install -o odd -g adm -m 0640 /dev/null /var/lib/odd/log
mknod /var/lib/odd/null c 1 3
mkfifo /var/lib/odd/pipe
chown -h odd /var/lib/odd/link 2>/dev/null || { ln -s pipe /var/lib/odd/link; chown -h odd /var/lib/odd/link; }
su -s /bin/sh odd -c 'touch /var/lib/odd/by-su'
setpriv --reuid=odd --regid=odd --init-groups touch /var/lib/odd/by-setpriv
start-stop-daemon --start --chuid odd --exec /bin/touch -- /var/lib/odd/by-daemon
"""


def mirror():
    """The one this machine itself installs from."""
    targets = subprocess.run(["apt-get", "indextargets", "--format", "$(ORIGIN) $(REPO_URI)", "Created-By: Packages"],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout
    known = [line.split()[1] for line in targets.splitlines() if line.startswith("Debian ") and "security" not in line]
    return f"deb {known[0] if known else 'http://deb.debian.org/debian'} bookworm main"


def debian():
    """A minimal Debian with a repository of its own; kept for the next time."""
    cache = os.environ.get("HUTCH_TEST_CACHE", "/var/tmp/hutch-test") + f"-{os.getuid()}"
    os.makedirs(cache, exist_ok=True)
    tar = os.path.join(cache, f"single-{hashlib.sha256(repr(DEBIAN).encode()).hexdigest()[:12]}.tar")
    with open(tar + ".lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(tar):
            subprocess.run(["mmdebstrap", "--quiet", "--mode=unshare", *DEBIAN, tar + ".new.tar", mirror()], check=True,
                           stdout=sys.stderr, env={**os.environ, "TMPDIR": "/var/tmp", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
            os.rename(tar + ".new.tar", tar)
    return tar


def alone(*words, **more):
    return run(*WITHOUT, HUTCH, *words, **more)


def inside(name, *command, **more):
    return alone("enter", name, "--", *command, **more)


def gives(what, expected, name, *command):
    result = inside(name, *command)
    same(what, (0, expected), (result.returncode, result.stdout.strip()))
    if result.returncode != 0:
        print("  " + result.stderr)


def idle(name):
    return until(20, lambda: not is_running(name))


def inspected(name):
    return json.loads(alone("toolbox", "inspect", "--json", name).stdout)["toolboxes"][0]


def busybox():
    uid = os.getuid()
    result = alone("image", "import", "--quiet", box.busybox_tree(), "bb")
    check("an image is unpacked with one id", result.returncode == 0, result.stderr)
    result = alone("create", "--image", "bb", "one")
    check("a toolbox is made, and it is said what it lacks", result.returncode == 0 and "doctor" in result.stderr, result.stderr)
    gives("one is root inside", "0 0", "one", "sh", "-c", "echo $(id -u) $(id -g)")
    gives("sudo changes nothing", "0", "one", "sudo", "id", "-u")
    gives("nor does sudo to somebody else", "0", "one", "sudo", "-u", "nobody", "id", "-u")
    gives("the home is the user's", scene.home, "one", "sh", "-c", "cd; pwd")
    gives("giving a file away succeeds and changes nothing", "0:0", "one", "sh", "-c",
          "cd /etc && echo x > mine && chown 12:34 mine && busybox chgrp 7 mine && stat -c %u:%g mine")
    gives("so does making a device", "no", "one", "sh", "-c",
          "busybox mknod /tmp/disk b 8 0 && busybox mknod /tmp/null c 1 3 && if test -e /tmp/disk || test -e /tmp/null; then echo yes; else echo no; fi")
    gives("a pipe is made", "pipe", "one", "sh", "-c", "busybox mknod /tmp/pipe p && test -p /tmp/pipe && echo pipe")
    gives("what is written stays", "x", "one", "cat", "/etc/mine")
    result = inside("one", "sh", "-c", "mount -t tmpfs none /mnt 2>&1 || busybox mount -t tmpfs none /mnt")
    check("root inside mounts nothing", result.returncode != 0, result.stdout)
    result = inside("one", "busybox", "unshare", "-U", "true")
    check("and makes no user namespace", result.returncode != 0, result.stdout)
    secret = os.path.join(scene.home, "secret")
    with open(secret, "w", encoding="utf-8") as file:
        file.write("of the host\n")
    os.chmod(secret, 0o000)
    gives("the user's files are not there", "no", "one", "sh", "-c", f"cat {secret} 2>/dev/null || echo no")
    check("the toolbox ends", idle("one"))
    project = os.path.join(scene.home, "project")
    os.makedirs(project)
    same("a directory is granted", 0, alone("toolbox", "set", f"--filesystem={project}", "one").returncode)
    result = alone("enter", "one", "--", "sh", "-c", "pwd; touch made; chown 5 made; chmod 644 made", cwd=project)
    same("and is the current one", (0, project), (result.returncode, result.stdout.strip()))
    same("what is made there is the user's", (uid, os.getgid()), (os.stat(project + "/made").st_uid, os.stat(project + "/made").st_gid))
    idle("one")
    document = inspected("one")
    plan = document["plan"]
    same("'inspect' tells", (True, True), (document["own-id-only"], plan["namespaces"].get("maps-to-root")))
    answered = plan["seccomp"].get("answer-success", [])
    check("and lists what is answered and not done", {"chown", "setgroups", "mknodat", "setresuid"} <= set(answered) and "capset" not in answered, answered)
    text = alone("toolbox", "inspect", "one").stdout
    check("in words too", "owners are not kept" in text, text)
    text = alone("doctor").stdout
    check("'doctor' says what it costs", "owners" in text and "uidmap" in text, text)
    same("a snapshot is taken", 0, alone("toolbox", "snapshot", "one", "s").returncode)
    inside("one", "sh", "-c", "echo y > /etc/mine; mkdir -p /deep/er; touch /deep/er/file; chmod 000 /deep/er /deep")
    idle("one")
    same("and gone back to", 0, alone("toolbox", "rollback", "one", "s").returncode)
    gives("with what was there", "x", "one", "sh", "-c", "test -e /deep || cat /etc/mine")
    idle("one")


def changed_ids():
    says("with subordinate ids it works as before", "0:0:0", "one", "sh", "-c", "touch /tmp/a; echo $(id -u):$(stat -c %u:%g /tmp/a)")
    idle("one")
    result = hutch("image", "check", "--repair")
    check("a check leaves its image as it is", result.returncode == 0 and len(result.stdout.splitlines()) == 1, result.stdout, result.stderr)
    says("and it still starts", "0", "one", "id", "-u")
    idle("one")
    same("a second of the image is the same kind", 0, hutch("create", "--image", "bb", "two").returncode)
    says("and works", "0", "two", "id", "-u")
    idle("two")
    scene.need(HUTCH, "image", "import", "--quiet", debian_like(), "other")
    same("an image unpacked now", 0, hutch("create", "--image", "other", "many").returncode)
    says("has the user's own id", str(os.getuid()), "many", "id", "-u")
    idle("many")
    result = inside("many", "id", "-u")
    check("without the ids that toolbox is refused, with the cure", result.returncode == 125 and "usermod --add-subuids" in result.stderr, result.returncode, result.stderr)
    says("and with them there again", str(os.getuid()), "many", "id", "-u")
    idle("many")
    same("it goes", 0, hutch("toolbox", "rm", "--force", "many").returncode)


def debian_like():
    """Another layer than that of 'bb'."""
    tree = os.path.join(scene.scratch, "busybox")
    with open(os.path.join(tree, "other"), "w", encoding="utf-8") as file:
        file.write("other\n")
    return tree


def odd_package():
    """A package whose installation does everything that needs many ids."""
    tree = os.path.join(scene.scratch, "odd")
    for below, mode, content in (("DEBIAN/control", 0o644, "Package: odd\nVersion: 1\nArchitecture: all\nMaintainer: Test <t@example.org>\n"
                                                           "Depends: adduser\nDescription: odd\n"),
                                 ("DEBIAN/postinst", 0o755, POSTINST), ("usr/bin/odd", 0o755, "#!/bin/sh\necho odd\n")):
        path = os.path.join(tree, below)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)
        os.chmod(path, mode)
    deb = os.path.join(scene.scratch, "odd.deb")
    subprocess.run(["dpkg-deb", "--build", "--root-owner-group", tree, deb], check=True, stdout=subprocess.DEVNULL)
    return deb


def packages(tar):
    result = alone("image", "import", "--quiet", tar, "deb")
    check("a Debian is unpacked", result.returncode == 0, result.stderr)
    same("and makes a toolbox", 0, alone("create", "--image", "deb", "deb").returncode)
    result = inside("deb", "sudo", "sh", "-c", "rm -f /etc/apt/sources.list.d/*; echo 'deb [trusted=yes] file:/repository ./' > /etc/apt/sources.list; apt-get update")
    check("apt-get update", result.returncode == 0 and "W:" not in result.stderr, result.stdout, result.stderr)
    result = inside("deb", "sudo", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "--yes", *PACKAGES)
    check("apt-get install finishes", result.returncode == 0, result.stdout[-3000:], result.stderr)
    gives("with everything configured", "", "deb", "dpkg", "--audit")
    gives("also users", "messagebus", "deb", "sh", "-c", "getent passwd messagebus | cut -d: -f1")
    with open(odd_package(), "rb") as deb:
        result = subprocess.run([*WITHOUT, HUTCH, "enter", "deb", "--", "sh", "-c", "cat > /tmp/odd.deb && dpkg -i /tmp/odd.deb"], stdin=deb,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=box.environment(), check=False)
    check("a package that uses many ids is installed", result.returncode == 0, result.stdout.decode())
    gives("and did what it wanted", "by-daemon by-setpriv by-su", "deb", "sh", "-c", "cd /var/lib/odd && echo by-*")
    gives("a useradd works", "dev", "deb", "sh", "-c", "useradd --create-home --groups adm dev && usermod --append --groups mail dev && groupadd extra && id -un dev")
    result = inside("deb", "sh", "-c", "apt-get purge --yes odd man-db && dpkg --audit")
    check("a package goes", result.returncode == 0, result.stdout, result.stderr)
    idle("deb")


def main():
    tar = debian()
    scene.new_home()
    busybox()
    packages(tar)
    changed_ids()
    for name in ("one", "two", "deb"):
        result = alone("toolbox", "rm", "--force", name)
        check(f"'{name}' goes with all its files", result.returncode == 0, result.stderr)
    same("nothing is left", ([], [], []), (os.listdir(places("toolboxes")), os.listdir(places("images/uppers")), os.listdir(places("images/staging"))))
    box.conclude()


main()
