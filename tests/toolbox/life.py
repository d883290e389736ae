#!/usr/bin/python3
"""From create to rm: who one is inside, what comes back, who keeps a toolbox running and what is left of it."""
import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import box  # noqa: E402
import scene  # noqa: E402
from box import HUTCH, Terminal, check, environment, hutch, inside, is_running, places, same, says, until  # noqa: E402

box.begin()
uid = os.getuid()
user = environment()

# --- making one
result = hutch("create", "--image", "bb", "one")
check("an image makes a toolbox", result.returncode == 0, result.stderr)
result = hutch("create", "--image", "bb", "one")
check("a name is given once", result.returncode == 1 and "already" in result.stderr, result.stderr)
result = hutch("create", "--image", "nowhere.invalid/none:1", "two")
check("an image that cannot be had makes none", result.returncode != 0 and not os.path.exists(places("toolboxes/two")), result.stderr)
check("that it had to be fetched is no error of its own", "there is no image" not in result.stderr, result.stderr)
result = hutch("create", "--image", os.path.join(scene.scratch, "busybox"), "three")
check("a directory makes a toolbox", result.returncode == 0, result.stderr)
result = hutch("create", "--image", "bb", "a/b")
check("a name is no path", result.returncode == 1, result.stderr)

# --- who and where
says("one is oneself inside", f"{uid}", "one", "id", "-u")
says("the user has a name", subprocess.run(["id", "-un"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip(), "one", "whoami")
says("root is root", "0", "one", "sudo", "id", "-u")
same("--root is root at once", "0", hutch("enter", "--root", "one", "--", "id", "-u").stdout.strip())
says("the host name is the toolbox's", "one", "one", "hostname")
says("the image is whole", "busybox", "one", "sh", "-c", "readlink /bin/sh 2>/dev/null || echo busybox")
says("what is written stays", "there", "one", "sh", "-c", "sudo sh -c 'echo there > /etc/mine'; cat /etc/mine")
says("also in the next run", "there", "one", "cat", "/etc/mine")
says("and not in another toolbox of the image", "no", "three", "sh", "-c", "test -e /etc/mine && echo yes || echo no")
secret = os.path.join(scene.home, "secret")
with open(secret, "w", encoding="utf-8") as file:
    file.write("of the host\n")
says("the user's files are not there", "no", "one", "sh", "-c", f"cat {secret} 2>/dev/null || echo no")
says("nor is the host", "no", "one", "sh", "-c", "test -e /usr/share/doc && echo yes || echo no")
for path in ("/proc/1/root/etc/shadow", "/proc/1/cwd/etc/shadow", "/proc/1/exe", "/proc/1/fd", "/proc/1/mem"):
    result = inside("one", "sudo", "cat", path)
    check(f"root inside does not reach {path}", result.returncode != 0, result.stdout)
result = inside("one", "sudo", "sh", "-c", "mount -t tmpfs none /mnt; echo x > /proc/sys/kernel/domainname; dd if=/dev/vda of=/dev/null count=1")
check("root inside mounts nothing and changes nothing of the kernel", result.returncode != 0, result.stdout)
result = inside("one", "sudo", "sh", "-c", "mknod /sda b 8 0 && dd if=/sda of=/dev/null count=1")
check("root inside opens no disk", result.returncode != 0, result.stdout)

result = inside("one", "sudo", "grep", "CapBnd", "/proc/self/status")
same("root inside is bounded, without CAP_NET_RAW and CAP_SYS_ADMIN", 0, int(result.stdout.split()[1], 16) & (1 << 13 | 1 << 21 | 1 << 12 | 1 << 19))

# --- statuses
for what, expected, command in (("a status is the command's", 7, ["sh", "-c", "exit 7"]), ("a signal is 128 and its number", 137, ["sh", "-c", "kill -9 $$"]),
                                ("what is not there is 127", 127, ["not-a-program"]), ("what is no program is 126", 126, ["/etc/passwd"])):
    same(what, expected, inside("one", *command).returncode)
result = hutch("enter", "nobody", "--", "true")
check("no such toolbox is 125", result.returncode == 125 and "no toolbox" in result.stderr, result.returncode, result.stderr)
result = inside("one", "echo", "a  b|$HOME|*")
same("words go through as they are", (0, "a  b|$HOME|*\n", ""), (result.returncode, result.stdout, result.stderr))
result = subprocess.run([HUTCH, "enter", "one", "--", "cat"], input="through\n", stdout=subprocess.PIPE, env=user, text=True, check=False)
same("standard input goes in", "through\n", result.stdout)
result = hutch("enter", "one", "--", "sh", "-c", "echo out; echo err >&2")
same("output and errors come apart", ("out\n", "err\n"), (result.stdout, result.stderr))
same("a variable comes along", "x y\n", hutch("enter", "-e", "A=x y", "one", "--", "sh", "-c", "echo \"$A\"").stdout)
same("one is passed on by name", "here\n", hutch("enter", "-e", "B", "one", "--", "sh", "-c", "echo $B", env=environment(B="here")).stdout)
same("others stay outside", "\n", hutch("enter", "one", "--", "sh", "-c", "echo $B", env=environment(B="here")).stdout)

# --- the directory
project = os.path.join(scene.home, "project")
os.makedirs(project)
result = hutch("toolbox", "set", f"--filesystem={project}", "one")
check("a directory is granted later", result.returncode == 0, result.stderr)
check("the toolbox is idle before that counts", until(10, lambda: not is_running("one")))
result = hutch("enter", "one", "--", "sh", "-c", "pwd; touch made", cwd=project)
same("the current directory is kept where it is the same", project, result.stdout.strip())
check("what is made there is on the host, and the user's", os.path.exists(project + "/made") and os.stat(project + "/made").st_uid == uid)
same("elsewhere one is at home", scene.home, hutch("enter", "one", "--", "pwd", cwd="/usr").stdout.strip())

# --- terminals
terminal = Terminal(HUTCH, "enter", "one")
check("a shell has a terminal", terminal.expect("$") or terminal.expect("#"), terminal.output)
terminal.type("tty; stty size; echo $((6*7))\n")
check("of its own", terminal.expect("/dev/pts/0") and terminal.expect("42"), terminal.output)
other = subprocess.Popen([HUTCH, "enter", "one", "--", "sh", "-c", "echo up; while :; do sleep 1; done"], stdout=subprocess.PIPE, env=user, text=True)
check("a second shell joins the first", other.stdout.readline() == "up\n")
terminal.close()
terminal.wait()
check("closing the first terminal hurts no other", other.poll() is None and is_running("one"))
other.send_signal(signal.SIGTERM)
other.wait()
check("with the last one the toolbox ends", until(20, lambda: not is_running("one")))
terminal = Terminal(HUTCH, "enter", "one")
terminal.expect("$")
terminal.type("exit 5\n")
same("a shell's status comes back", 5, terminal.wait())

# --- who keeps it running
result = inside("one", "sh", "-c", "sleep 1000 >/dev/null 2>&1 &")
same("a command is left in the background", (0, ""), (result.returncode, result.stderr))
check("what runs in the background keeps it running", is_running("one"))
result = hutch("toolbox", "rm", "one")
check("one that runs is not removed", result.returncode == 1 and "running" in result.stderr, result.stderr)
result = hutch("toolbox", "stop", "one")
check("stop ends what runs", result.returncode == 0 and not is_running("one"), result.stderr)
check("an idle toolbox has no process", "hutch-launch" not in box.run("ps", "-u", str(uid), "-o", "args=").stdout or until(
    5, lambda: "tb" not in "".join(os.listdir(os.path.join(scene.home, "run/hutch")))))

# --- names
same("a toolbox gets another name", 0, hutch("toolbox", "rename", "one", "uno").returncode)
says("and is the same", "there", "uno", "cat", "/etc/mine")
result = hutch("toolbox", "rename", "uno", "three")
check("a name in use is not taken over", result.returncode == 1, result.stderr)
same("the list has them", ["three", "uno"], [one["name"] for one in box.toolboxes()])
result = hutch("enter", "--", "true")
check("without a name there must be only one", result.returncode == 125 and "several" in result.stderr, result.stderr)

# --- one that is made for a command
result = hutch("toolbox", "run", "--rm", "bb", "--", "sh", "-c", "echo short; exit 3")
same("a toolbox for one command", (3, "short\n"), (result.returncode, result.stdout))
same("nothing is left of it", ["three", "uno"], [one["name"] for one in box.toolboxes()])

# --- two at once
racers = [subprocess.Popen([HUTCH, "enter", "three", "--", "sh", "-c", "echo $$"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=user, text=True)
          for _ in range(12)]
outcomes = [racer.communicate() + (racer.returncode,) for racer in racers]
check("twelve shells start one toolbox", all(status == 0 for _, _, status in outcomes), outcomes)
makers = [subprocess.Popen([HUTCH, "create", "--image", "bb", "same"], stderr=subprocess.PIPE, env=user, text=True) for _ in range(6)]
same("of six that make one toolbox one does", [0, 1, 1, 1, 1, 1], sorted(maker.wait() for maker in makers))

# --- the end
inside("uno", "sh", "-c", "i=0; while [ $i -lt 700 ]; do mkdir d && cd d || break; i=$((i+1)); done; touch bottom")
inside("uno", "sudo", "sh", "-c", "mkdir -p /root/deep; touch /root/deep/file; chmod 000 /root/deep; touch ~/roots; chown 0 ~/roots")
for name in ("uno", "three", "same"):
    result = hutch("toolbox", "rm", "--force", name)
    check(f"'{name}' goes with files of every uid", result.returncode == 0, result.stderr)
same("nothing of them is left", ([], []), (os.listdir(places("toolboxes")), os.listdir(places("images/uppers"))))
same("nor in the store's way", [], os.listdir(places("images/staging")))
check("the images are nobody's", not any(one["users"] for one in scene.images()), scene.images())
box.conclude()
