#!/usr/bin/python3
"""hutch-guest as it runs in toolboxes: as uid 0 of a user namespace with many ids, on images of every kind."""
import os
import signal
import stat
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import guest_box  # noqa: E402
from guest_box import MACHINE_ID, USER, Tree, check, same  # noqa: E402

APPLETS = ("sh", "id", "env", "cat", "ls", "true", "pwd", "sleep", "touch", "stat")
DEBIAN_PASSWD = "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n" \
                "ubuntu:x:{uid}:{uid}:Ubuntu:/home/ubuntu:/bin/bash\nnobody:x:65534:65534::/:/bin/false\n"
DEBIAN_GROUP = "root:x:0:\nadm:x:4:ubuntu\nsudo:x:27:ubuntu\naudio:x:29:\nutmp:x:43:\nubuntu:x:{uid}:\nnogroup:x:65534:\n"


def gid_is_mapped(gid):
    with open("/proc/self/gid_map", encoding="ascii") as lines:
        return any(int(first) <= gid < int(first) + int(count) for first, _, count in map(str.split, lines))


def variables(result):
    return dict(line.split("=", 1) for line in result.stdout.splitlines() if "=" in line)


def busybox(scratch, name, uid, gid):
    tree = Tree(scratch, name, uid, gid)
    tree.copy("/bin/busybox")
    for applet in APPLETS:
        tree.link("/bin/" + applet, "busybox")
    return tree


def debian(scratch, name, uid, gid, *programs):
    """The files of a Debian that matter here, and programs of this machine."""
    tree = Tree(scratch, name, uid, gid)
    for place in ("usr/bin", "usr/sbin", "usr/lib", "usr/lib64"):
        tree.directory(place)
        if not os.path.lexists(tree.path(place[4:])):
            tree.link(place[4:], place)
    tree.write("etc/passwd", DEBIAN_PASSWD.format(uid=uid))
    tree.write("etc/group", DEBIAN_GROUP.format(uid=gid))
    tree.write("etc/shadow", "root:*:19000:0:99999:7:::\nubuntu:!:19000:0:99999:7:::\n", 0o640)
    tree.write("etc/gshadow", "root:*::\nsudo:*::ubuntu\n", 0o640)
    if gid_is_mapped(42):
        os.chown(tree.path("etc/shadow"), 0, 42)
    tree.write("etc/hosts", "127.0.0.1 builder\n")
    tree.write("etc/resolv.conf", "nameserver 198.51.100.1\n")
    tree.write("etc/machine-id", "uninitialized\n", 0o444)
    tree.write("etc/profile", 'PATH=/usr/local/bin:/usr/bin:/bin\nexport PATH\nPS1="\\$ "\n'
                              'for i in /etc/profile.d/*.sh; do . "$i"; done\n')
    tree.directory("etc/profile.d")
    tree.directory("etc/apt/apt.conf.d")
    tree.directory("var/lib/dbus")
    tree.write("etc/skel/.bashrc", "PS1='plain '\n")
    tree.write("etc/skel/.profile", ". ~/.bashrc\n")
    tree.write("etc/skel/.config/deep/file", "content\n", 0o600)
    tree.link("etc/skel/.link", "/etc/shadow")
    tree.write("usr/share/zoneinfo/Europe/Berlin", "TZif")
    tree.copy("/usr/bin/bash", "/usr/bin/dash", "/usr/bin/env", "/usr/bin/id", "/usr/bin/true", *programs)
    tree.link("usr/bin/sh", "dash")
    return tree


def case_busybox(scratch, uid, gid):
    tree = busybox(scratch, "busybox", uid, gid)
    result = tree.start()
    same("busybox: the set-up succeeds without a word", (0, "", ""), (result.returncode, result.stdout, result.stderr))
    check("busybox: the user gets the shell there is", f"{USER}:*:{uid}:{gid}:Alice A.:/home/{USER}:/bin/sh\n" in tree.read("etc/passwd"),
          tree.read("etc/passwd"))
    before = tree.state()
    tree.start()
    same("busybox: a second start writes nothing", before, tree.state())
    same("busybox: a command runs as the user", f"uid={uid}({USER}) gid={gid}({USER}) groups={gid}({USER})\n", tree.enter("id").stdout)
    found = variables(tree.enter("env", env={"TERM": "vt100", "PATH": "/opt/bin:/bin", "LANG": "de_DE.UTF-8", "HOME": "/wrong"}))
    same("busybox: the environment describes the user",
         {"TERM": "vt100", "LANG": "de_DE.UTF-8", "HOME": f"/home/{USER}", "USER": USER, "LOGNAME": USER, "SHELL": "/bin/sh",
          "PATH": "/opt/bin:/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/run/hutch/bin", "PWD": f"/home/{USER}"}, found)
    same("busybox: a home that is not there is made for the user", (0o700, uid, gid),
         (lambda s: (stat.S_IMODE(s.st_mode), s.st_uid, s.st_gid))(os.stat(tree.path(f"home/{USER}"))))
    same("busybox: root is reached with --user", "uid=0(root)", tree.enter("id", options=["--user", "root"]).stdout.split()[0])
    same("busybox: groups are dropped on demand", f"groups={gid}({USER})", tree.enter("id", options=["--clear-groups"]).stdout.split()[2])
    same("busybox: an unknown user is hutch's own failure", 125, tree.enter("id", options=["--user", "mallory"]).returncode)


def case_statuses(scratch, uid, gid):
    tree = busybox(scratch, "statuses", uid, gid)
    tree.start()
    tree.write("bin/plain", "text")
    tree.write("bin/lost", "#!/no/such/interpreter\n", 0o755)
    tree.write("bin/foreign", "\x7fELF....", 0o755)
    for command, status, words in ((["sh", "-c", "exit 7"], 7, ""), (["nosuch"], 127, "'nosuch' is not in this toolbox"),
                                   (["/no/such"], 127, "'/no/such' is not in this toolbox"),
                                   (["plain"], 126, "cannot execute '/bin/plain': Permission denied"),
                                   (["/etc"], 126, "cannot execute '/etc'"), ([""], 127, "'' is not"),
                                   (["lost"], 126, "'/bin/lost' needs an interpreter"), (["foreign"], 126, "not a program for this machine")):
        result = tree.enter(*command)
        check(f"statuses: {' '.join(command) or 'an empty name'} ends with {status}",
              result.returncode == status and words in result.stderr and result.stderr.count("\n") == (1 if words else 0), result)
    same("statuses: a signal is the command's own end", -signal.SIGTERM, tree.enter("sh", "-c", "kill -TERM $$").returncode)
    same("statuses: an unknown option is hutch's own failure", 125, tree.enter("id", options=["--colour"]).returncode)


def case_directory(scratch, uid, gid):
    tree = busybox(scratch, "directory", uid, gid)
    tree.start()
    tree.directory("src/project")
    status = os.stat(tree.path("src/project"))
    identity = f"{status.st_dev}:{status.st_ino}"
    options = ["--cwd", "/src/project", "--cwd-identity", identity]
    same("directory: it is kept where it is the same one", "/src/project\n", tree.enter("pwd", options=options).stdout)
    options[3] = f"{status.st_dev}:{status.st_ino + 1}"
    result = tree.enter("pwd", options=options)
    same("directory: another one of that name is not taken", (f"/home/{USER}\n", ""), (result.stdout, result.stderr))
    result = tree.enter("pwd", options=[*options, "--notice"])
    check("directory: a note says so", result.stderr == f"hutch: '/src/project' is not in this toolbox; the directory is '/home/{USER}'\n",
          result.stderr)
    os.chmod(tree.path("src"), 0o700)
    options[3] = identity
    same("directory: the user must be able to go there", f"/home/{USER}\n", tree.enter("pwd", options=options).stdout)
    os.rename(tree.path(f"home/{USER}"), tree.path("home/gone"))
    same("directory: without a home it is the root", "/\n", tree.enter("pwd").stdout)


def case_bare(scratch, uid, gid):
    tree = Tree(scratch, "bare", uid, gid)
    tree.copy("/bin/busybox")
    os.rename(tree.path("bin/busybox"), tree.path("id"))
    tree.copy("/bin/busybox")
    os.rename(tree.path("bin/busybox"), tree.path("env"))
    os.rmdir(tree.path("bin"))
    result = tree.start()
    same("bare: an image of a single program is set up", (0, ""), (result.returncode, result.stderr))
    same("bare: the program runs as the user", f"uid={uid}({USER})", tree.enter("/id").stdout.split()[0])
    result = tree.enter()
    check("bare: that there is no shell is said", result.returncode == 127 and "this toolbox has no shell" in result.stderr, result)
    same("bare: sudo is there all the same", "uid=0(root)", tree.enter("sudo", "/id").stdout.split()[0])
    tree.directory("bin")
    os.link(tree.path("id"), tree.path("bin/busybox"))
    same("bare: a busybox without links is a shell", (0, ""), (lambda r: (r.returncode, r.stderr))(tree.enter()))


def case_debian(scratch, uid, gid):
    tree = debian(scratch, "debian", uid, gid)
    result = tree.start(hostname="workbench")
    same("debian: the set-up succeeds without a word", (0, ""), (result.returncode, result.stderr))
    same("debian: the image's own user of this id is replaced", DEBIAN_PASSWD.format(uid=uid).replace(
        f"ubuntu:x:{uid}:{uid}:Ubuntu:/home/ubuntu:", f"{USER}:x:{uid}:{gid}:Alice A.:/home/{USER}:"), tree.read("etc/passwd"))
    same("debian: groups too, and the user may administer", DEBIAN_GROUP.format(uid=gid).replace(
        f"ubuntu:x:{gid}:", f"{USER}:x:{gid}:").replace("sudo:x:27:ubuntu", f"sudo:x:27:ubuntu,{USER}"), tree.read("etc/group"))
    check("debian: the password is locked", tree.read("etc/shadow").endswith(f"\n{USER}:*::0:99999:7:::\n"), tree.read("etc/shadow"))
    status = os.stat(tree.path("etc/shadow"))
    same("debian: shadow keeps owner and mode", (0, 42, 0o640), (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)))
    same("debian: gshadow follows", f"root:*::\nsudo:*::ubuntu,{USER}\n{USER}:!::\n", tree.read("etc/gshadow"))
    for path, target in (("etc/hosts", "/run/hutch/hosts"), ("etc/resolv.conf", "/run/hutch/resolv.conf"), ("etc/mtab", "../proc/self/mounts"),
                         ("etc/localtime", "../usr/share/zoneinfo/Europe/Berlin"), ("var/lib/dbus/machine-id", "/etc/machine-id")):
        same(f"debian: {path} is a link", target, os.readlink(tree.path(path)))
    for path, text in (("etc/hostname", "workbench\n"), ("etc/timezone", "Europe/Berlin\n"), ("etc/machine-id", MACHINE_ID + "\n")):
        same(f"debian: {path} is written", text, tree.read(path))
    same("debian: the groups of the user are set", f"groups={gid}({USER}),27(sudo)", tree.enter("id").stdout.split()[2])
    before = tree.state()
    tree.start()
    same("debian: a second start writes nothing", before, tree.state())
    status = os.stat(tree.path("run/utmp"))
    same("debian: /run has what programs expect", (43, 0o664, 0o1777),
         (status.st_gid, stat.S_IMODE(status.st_mode), stat.S_IMODE(os.stat(tree.path("run/lock")).st_mode)))
    check("debian: a home gets the first files", tree.read(f"home/{USER}/.config/deep/file") == "content\n" and
          os.readlink(tree.path(f"home/{USER}/.link")) == "/etc/shadow")
    owners = {os.lstat(os.path.join(place, name)).st_uid for place, names, files in os.walk(tree.path(f"home/{USER}")) for name in names + files}
    same("debian: which are the user's", {uid}, owners)
    status = os.stat(tree.path("etc/shadow"))
    same("debian: and no link out of them was followed", (0, 0o640), (status.st_uid, stat.S_IMODE(status.st_mode)))
    same("debian: a missing language becomes C.UTF-8", {"LANG": "C.UTF-8", "LC_TIME": "POSIX"}, {
        key: value for key, value in variables(locale_of(tree)).items() if key.startswith(("LANG", "LC_"))})
    tree.directory("usr/lib/locale/de_DE.utf8")
    same("debian: one that is there stays", {"LANG": "de_DE.UTF-8", "LC_TIME": "POSIX", "LC_ALL": "de_DE.UTF-8"}, {
        key: value for key, value in variables(locale_of(tree)).items() if key.startswith(("LANG", "LC_"))})


def locale_of(tree):
    tree.directory("usr/lib/locale/C.utf8")
    return tree.enter("env", env={"LANG": "de_DE.UTF-8", "LC_ALL": "de_DE.UTF-8", "LC_TIME": "POSIX", "LC_PAPER": "sv_SE.UTF-8"})


def case_changes(scratch, uid, gid):
    """What somebody changed inside stays, what hutch is told anew is done."""
    tree = debian(scratch, "changes", uid, gid)
    tree.start()
    tree.write("etc/passwd", tree.read("etc/passwd").replace(f"/home/{USER}:/bin/bash", f"/home/{USER}:/bin/dash"))
    os.remove(tree.path("etc/resolv.conf"))
    tree.write("etc/resolv.conf", "nameserver 203.0.113.1\n")
    os.remove(tree.path("etc/localtime"))
    tree.link("etc/localtime", "../usr/share/zoneinfo/UTC")
    tree.write("etc/profile.d/hutch.sh", "# mine\n")
    os.remove(tree.path("etc/hosts"))
    os.remove(tree.path(f"home/{USER}/.bashrc"))
    tree.start()
    check("changes: a shell chosen inside stays", f"/home/{USER}:/bin/dash\n" in tree.read("etc/passwd"), tree.read("etc/passwd"))
    same("changes: so does an own resolv.conf", "nameserver 203.0.113.1\n", tree.read("etc/resolv.conf"))
    same("changes: and an own time zone", "../usr/share/zoneinfo/UTC", os.readlink(tree.path("etc/localtime")))
    same("changes: and a profile", "# mine\n", tree.read("etc/profile.d/hutch.sh"))
    same("changes: a link that is missing is made", "/run/hutch/hosts", os.readlink(tree.path("etc/hosts")))
    check("changes: a home that is in use gets nothing", not os.path.lexists(tree.path(f"home/{USER}/.bashrc")))
    tree.write("usr/share/zoneinfo/Asia/Tokyo", "TZif")
    tree.start(timezone="Asia/Tokyo", hostname="renamed", marker="no", single_uid="yes")
    same("changes: another zone of the host is taken", "../usr/share/zoneinfo/Asia/Tokyo", os.readlink(tree.path("etc/localtime")))
    same("changes: another name is taken", "renamed\n", tree.read("etc/hostname"))
    check("changes: the marker goes", "HUTCH_TOOLBOX" not in tree.read("etc/profile.d/hutch.sh"))
    same("changes: apt is told of a single id", 'APT::Sandbox::User "root";\n', tree.read("etc/apt/apt.conf.d/zz-hutch"))
    tree.start(single_uid="no")
    check("changes: and of many again", not os.path.exists(tree.path("etc/apt/apt.conf.d/zz-hutch")))


def case_shells(scratch, uid, gid):
    tree = debian(scratch, "shells", uid, gid)
    tree.start(shell="/bin/fish")
    check("shells: one that is missing is replaced", f"/home/{USER}:/bin/bash\n" in tree.read("etc/passwd"), tree.read("etc/passwd"))
    tree.write("usr/bin/fish", "#!/bin/sh\necho fish $0 $*\n", 0o755)
    tree.start()
    check("shells: and taken once it is there", f"/home/{USER}:/bin/fish\n" in tree.read("etc/passwd"), tree.read("etc/passwd"))
    os.remove(tree.path("usr/bin/fish"))
    result = tree.enter(options=["--notice"])
    check("shells: entering without it says so",
          result.returncode == 0 and result.stderr == "hutch: there is no '/bin/fish' in this toolbox; the shell is '/bin/bash'\n", result)
    tree.start()
    result = tree.enter("env", options=["--login"])
    same("shells: a command behind a login has the profile's path, and sudo in it", "/usr/local/bin:/usr/bin:/bin:/run/hutch/bin",
         variables(result).get("PATH"))
    script = "echo 'PS1 is' \"$PS1\"; bash --norc -ic 'eval \"$PROMPT_COMMAND\"; echo inner \"$PS1\"'; eval \"$PROMPT_COMMAND\"; echo outer \"$PS1\"\n"
    tree.write("tmp/lines", script)
    environment = {"TERM": "dumb", "HUTCH_TOOLBOX": "box"}
    result = tree.enter("/bin/bash", "--login", "-ic", ". /tmp/lines", env=environment)
    check("shells: bash's prompt names the toolbox, also in a shell below", "outer [box] plain" in result.stdout.replace("  ", " ") and
          "inner [box] " in result.stdout, result)
    result = tree.enter("sh", "-c", ". /etc/profile; . /etc/profile.d/hutch.sh; echo \"$PS1\"; echo $PATH", env=environment)
    check("shells: so does a plain shell's", result.stdout.startswith("[box] "), result)
    result = tree.enter("bash", "--login", "-ic", "echo \"[$PROMPT_COMMAND]\"", env={"TERM": "dumb"})
    same("shells: without a name there is no marker", "[]\n", result.stdout)


def case_shim(scratch, uid, gid):
    tree = busybox(scratch, "shim", uid, gid)
    tree.start()
    status = os.stat(tree.path("run/hutch/bin/sudo"))
    same("shim: it is root's and setuid", (0, 0o4755), (status.st_uid, stat.S_IMODE(status.st_mode)))
    environment = {"TERM": "xterm", "LC_ALL": "C.UTF-8", "SECRET": "x", "DISPLAY": ":0", "SHELL": "/bin/sh"}

    def sudo(*words, **more):
        return tree.enter("sudo", *words, env=environment, **more)
    same("shim: a command runs as root with all ids", "uid=0(root) gid=0(root) groups=0(root)\n", sudo("id").stdout)
    found = variables(sudo("A=1", "env"))
    same("shim: the environment is sudo's", {"TERM": "xterm", "LC_ALL": "C.UTF-8", "DISPLAY": ":0", "HOME": "/root", "USER": "root",
         "LOGNAME": "root", "SHELL": "/bin/sh", "MAIL": "/var/mail/root", "SUDO_USER": USER, "SUDO_UID": str(uid), "SUDO_GID": str(gid),
         "SUDO_COMMAND": "/bin/env", "A": "1", "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/hutch/bin"}, found)
    found = variables(sudo("-E", "env"))
    same("shim: -E keeps the caller's", ("x", f"/home/{USER}"), (found.get("SECRET"), found.get("HOME")))
    same("shim: -EH but the home", "/root", variables(sudo("-EH", "env")).get("HOME"))
    same("shim: a list keeps some", ("x", "/root"), (lambda v: (v.get("SECRET"), v.get("HOME")))(variables(sudo("--preserve-env=SECRET", "env"))))
    same("shim: -u is another user", "uid=65534(nobody)", sudo("-u", "nobody", "id").stdout.split()[0])
    same("shim: -u is a number too", "uid=12", sudo("-u#12", "id").stdout.split()[0])
    same("shim: -g is another group", [f"uid={uid}({USER})", "gid=65534(nogroup)"], sudo("-g", "nogroup", "id").stdout.split()[:2])
    same("shim: -i is a login", "/root\n", sudo("-i", "pwd").stdout)
    same("shim: -s is a shell that gets the words as they are", "a  b;c\n", sudo("-s", "echo", "a  b;c").stdout)
    same("shim: the status is the command's", 9, sudo("sh", "-c", "exit 9").returncode)
    same("shim: -v and -k have nothing to do", (0, 0), (sudo("-v").returncode, sudo("-k").returncode))
    check("shim: -l says what is allowed", "(ALL : ALL) NOPASSWD: ALL" in sudo("-l").stdout)
    same("shim: a usual ability of root is there, others are not", (0, 1),
         (sudo("touch", "/etc/by-root").returncode, 1 if sudo("busybox", "mount", "-t", "tmpfs", "t", "/tmp").returncode else 0))
    for words in (["nosuch"], ["-u", "mallory", "id"], ["-g", "mallory", "id"], ["-b", "id"], ["--colour"], ["-Z"], [], ["-D", "/no", "id"]):
        result = sudo(*words)
        check(f"shim: sudo {' '.join(words)} fails with 1 and says why", result.returncode == 1 and result.stderr.startswith("sudo: "), result)
    result = tree.run("id", program="/run/hutch/bin/sudo", uid=12)
    check("shim: it is for the toolbox's user alone", result.returncode == 1 and "may not use sudo" in result.stderr, result)
    result = tree.run("--user", "root", "--", "id", program="/run/hutch/bin/sudo", uid=12)
    check("shim: and sudo whatever it is called", result.returncode == 1 and "uid=0" not in result.stdout, result)
    os.link(tree.path("run/hutch/bin/sudo"), tree.path("run/hutch/enter"))
    result = tree.run("enter", "--user", "root", "--", "id", program="/run/hutch/enter", uid=12)
    check("shim: under another name too", result.returncode == 1 and "uid=0" not in result.stdout, result)
    os.chmod(tree.path("run/hutch/setup"), 0o666)
    check("shim: settings that anybody could have written count for nothing", sudo("id").returncode == 125)
    tree.write("usr/bin/sudo", "#!/bin/sh\necho real\n", 0o755)
    tree.start()
    check("shim: an image's own sudo makes it go", not os.path.exists(tree.path("run/hutch/bin/sudo")))


def case_real_sudo(scratch, uid, gid):
    listed = subprocess.run(["dpkg", "-L", "sudo", "libpam-modules"], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    parts = [path for path in listed if path.endswith(".so") or path == "/usr/bin/sudo"]
    tree = debian(scratch, "sudo", uid, gid, "/usr/bin/sudo", *parts)
    os.chmod(tree.path("usr/bin/sudo"), 0o4755)
    tree.write("etc/sudoers", 'Defaults env_reset\nDefaults secure_path="/usr/sbin:/usr/bin"\nroot ALL=(ALL:ALL) ALL\n'
                              "@includedir /etc/sudoers.d\n", 0o440)
    tree.write("etc/pam.d/sudo", "auth required pam_unix.so\naccount required pam_unix.so\nsession required pam_permit.so\n")
    tree.write("etc/nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\nhosts: files\n")
    tree.copy("/usr/sbin/unix_chkpwd")
    result = tree.start()
    same("real sudo: the set-up succeeds without a word", (0, ""), (result.returncode, result.stderr))
    result = tree.enter("sudo", "-n", "id", "-u")
    same("real sudo: no password is asked for", (0, "0\n", ""), (result.returncode, result.stdout, result.stderr))
    result = tree.run("-n", "id", "-u", program="/usr/bin/sudo", uid=12)
    check("real sudo: nobody else is let through", result.returncode == 1 and result.stdout == "", result)


def case_trouble(scratch, uid, gid):
    tree = busybox(scratch, "trouble", uid, gid)
    tree.write("etc/passwd", "#" * (1 << 20) + "\n")
    result = tree.start()
    check("trouble: a passwd beyond a megabyte is refused, and the rest set up",
          result.returncode == 1 and "'/etc/passwd': more than 1048576 bytes" in result.stderr and tree.read("etc/hostname") == "box\n", result)
    tree.write("etc/passwd", "#" * ((1 << 20) - 1) + "\n")
    result = tree.start()
    check("trouble: exactly a megabyte is not too much", result.returncode == 0 and USER in tree.read("etc/passwd")[1 << 20:], result.stderr)
    os.remove(tree.path("etc/passwd"))
    os.mkfifo(tree.path("etc/passwd"))
    result = tree.start()
    check("trouble: a pipe for a file ends nothing but that", result.returncode == 1 and "'/etc/passwd'" in result.stderr, result)
    os.remove(tree.path("etc/passwd"))
    tree.directory("etc/hostname-old")
    os.rename(tree.path("etc/hostname"), tree.path("etc/hostname-old/hostname"))
    os.rename(tree.path("etc/hostname-old"), tree.path("etc/hostname"))
    tree.write("etc/.hutch-passwd", "left by a killed one")
    result = tree.start(hostname="other")
    check("trouble: what cannot be written is named, and all else goes on",
          result.returncode == 0 and result.stderr == "hutch: cannot write '/etc/hostname': Is a directory\n", result)
    check("trouble: what a killed set-up left is gone", not os.path.lexists(tree.path("etc/.hutch-passwd")))
    tree.write("run/hutch/setup", "user alice\nuid 7\n")
    result = tree.run("setup")
    check("trouble: settings without a user end it", result.returncode == 1 and "does not say who the user is" in result.stderr, result)
    tree.write("run/hutch/setup", "x" * (17 << 10))
    check("trouble: so do settings without an end", tree.run("setup").returncode == 1)
    same("trouble: the program says what it is", 125, tree.run().returncode)


def case_kills(scratch, uid, gid):
    """Killed at any time, the set-up leaves files that are old or new, and the next one ends it."""
    tree = debian(scratch, "kills", uid, gid)
    before = {name: tree.read(name) for name in ("etc/passwd", "etc/group", "etc/shadow")}
    tree.start()
    after = {name: tree.read(name) for name in before}
    broken = []
    for number in range(40):
        for name, text in before.items():
            tree.write(name, text)
        os.remove(tree.path("etc/.hutch"))
        child = os.fork()
        if child == 0:
            os.chroot(tree.root)
            os.chdir("/")
            os.execve("/run/hutch/hutch-guest", ["hutch-guest", "setup"], {})
        deadline = time.monotonic() + number * 0.00005
        while time.monotonic() < deadline:
            pass
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        broken += [name for name in before if tree.read(name) not in (before[name], after[name])]
        if tree.run("setup").returncode != 0 or {name: tree.read(name) for name in before} != after:
            broken.append(f"after kill {number}")
    same("kills: every file is old or new, and the next set-up completes it", [], broken)


def case_single_uid(scratch, uid, gid):
    """Without subordinate ids there is one id, which is root's inside; whoever one becomes has it."""
    tree = debian(scratch, "single", uid, gid)
    result = tree.start(single_uid="yes")
    same("single uid: the set-up succeeds without a word", (0, "", ""), (result.returncode, result.stdout, result.stderr))
    before = tree.state()
    tree.start()
    same("single uid: a second start writes nothing", before, tree.state())
    result = tree.enter("id", "-u")
    same("single uid: a command runs with the only id", (0, "0\n", ""), (result.returncode, result.stdout, result.stderr))
    found = variables(tree.enter("env"))
    same("single uid: and is told of the user", (USER, f"/home/{USER}"), (found["USER"], found["HOME"]))
    check("single uid: the home has its first files", tree.read(f"home/{USER}/.bashrc") == "PS1='plain '\n")
    found = variables(tree.enter("sudo", "env"))
    same("single uid: sudo works", ("root", "/root", "0"), (found.get("USER"), found.get("HOME"), found.get("SUDO_UID")))
    found = variables(tree.enter("sudo", "-u", USER, "env"))
    same("single uid: back to the user, too", (USER, f"/home/{USER}"), (found.get("USER"), found.get("HOME")))


CASES = (case_busybox, case_statuses, case_directory, case_bare, case_debian, case_changes, case_shells, case_shim, case_real_sudo,
         case_trouble, case_kills)


def many(scratch, uid, gid):
    for case in CASES:
        case(scratch, uid, gid)


passed = [guest_box.in_namespace(many), guest_box.in_namespace(case_single_uid, single_uid=True)]
sys.exit(0 if all(passed) else 1)
