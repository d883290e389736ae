#!/usr/bin/python3
"""Measures toolboxes beside what else enters containers: nsenter, bubblewrap, podman. Interleaved, medians of one run.

usage: toolboxes.py HUTCH [ROUNDS], as an ordinary user with subordinate ids.
"""
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HUTCH = os.path.abspath(sys.argv[1])
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 40
work = tempfile.mkdtemp(prefix="hutch-bench-", dir=os.path.expanduser("~"))
env = {"HOME": work, "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8",
       "XDG_RUNTIME_DIR": work + "/run", "HUTCH_PROFILE_PATH": os.environ.get("HUTCH_PROFILE_PATH", "")}
if not env["HUTCH_PROFILE_PATH"]:
    del env["HUTCH_PROFILE_PATH"]
os.makedirs(env["XDG_RUNTIME_DIR"], mode=0o700)
quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL, "env": env}


def hutch(*words):
    subprocess.run([HUTCH, *words], check=True, **quiet)


def once(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, **quiet)
    return (time.perf_counter() - start) * 1000


def compare(title, peers, between=lambda name: None, rounds=ROUNDS):
    times = {name: [] for name in peers}
    for _ in range(rounds):
        for name, command in peers.items():
            times[name].append(once(command))
            between(name)
    own = statistics.median(times["hutch"])
    print(title)
    for name, values in times.items():
        middle = statistics.median(values)
        print(f"  {name:22} {middle:8.2f} ms  least {min(values):7.2f}" + ("" if name == "hutch" else f"   hutch is {own / middle:.2f} of it"))


def ended():
    while any(name.startswith("tb") for name in os.listdir(env["XDG_RUNTIME_DIR"] + "/hutch")):
        time.sleep(0.002)


tree = work + "/tree"
os.makedirs(tree + "/bin")
shutil.copy("/bin/busybox", tree + "/bin/")
for applet in ("sh", "true", "sleep"):
    os.symlink("busybox", f"{tree}/bin/{applet}")
for name in ("proc", "dev", "tmp", "run", "sys", "etc", "home"):
    os.mkdir(f"{tree}/{name}")
try:
    hutch("image", "import", "--quiet", tree, "bb")
    hutch("create", "--image", "bb", "--network=none", "box")
    keeper = subprocess.Popen([HUTCH, "enter", "box", "--", "sleep", "3600"], **quiet)
    peers = {"hutch": [HUTCH, "enter", "box", "--", "true"]}
    while not (found := subprocess.run(["pgrep", "-u", str(os.getuid()), "-nx", "sleep"], stdout=subprocess.PIPE, text=True, check=False).stdout.split()):
        time.sleep(0.01)
    peers["nsenter"] = ["nsenter", "--preserve-credentials", "-U", "-m", "-p", "-i", "-u", "-n", "-t", found[0], "/bin/true"]
    if shutil.which("podman"):
        podman = ["podman", "--cgroup-manager=cgroupfs", "--events-backend=file"]
        tar = subprocess.run(["tar", "-C", tree, "-c", "."], stdout=subprocess.PIPE, check=True).stdout
        imported = subprocess.run([*podman, "import", "-", "bb"], input=tar, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        started = subprocess.run([*podman, "run", "-d", "--network=none", "--cgroups=disabled", "--name", "pod", "bb", "sleep", "3600"], check=False, **quiet)
        if imported.returncode == 0 and started.returncode == 0:
            peers["podman exec"] = [*podman, "exec", "pod", "true"]
    compare("warm: a command where somebody is inside", peers)
    hutch("toolbox", "stop", "box")
    keeper.wait()
    ended()
    cold = {"hutch": [HUTCH, "enter", "box", "--", "true"],
            "bwrap, same mounts": ["bwrap", "--unshare-all", "--bind", tree, "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/run", "--tmpfs", "/tmp",
                                   "--tmpfs", "/sys", "--bind", work + "/run", "/home", "/bin/true"]}
    compare("cold: nobody inside", cold, lambda name: ended() if name == "hutch" else None)
    number = 0
    for verb, words in (("create", lambda n: ["create", "--image", "bb", f"c{n}"]), ("snapshot", lambda n: ["toolbox", "snapshot", "box", f"s{n}"]),
                        ("rollback", lambda n: ["toolbox", "rollback", "box", f"s{n}"]), ("clone", lambda n: ["toolbox", "clone", "box", f"d{n}"])):
        values = [once([HUTCH, *words(number)]) for number in range(20)]
        print(f"{verb}: {statistics.median(values):.2f} ms")
    listed = json.loads(subprocess.run([HUTCH, "toolbox", "list", "--json"], stdout=subprocess.PIPE, env=env, check=True).stdout)
    print(f"{len(listed['toolboxes'])} toolboxes listed in {once([HUTCH, 'toolbox', 'list']):.2f} ms")
    names = [one["name"] for one in listed["toolboxes"]]
    print(f"and removed in {once([HUTCH, 'toolbox', 'rm', *names]):.2f} ms")
finally:
    if shutil.which("podman"):
        subprocess.run(["podman", "--cgroup-manager=cgroupfs", "rm", "-f", "-t", "0", "pod"], check=False, **quiet)
    subprocess.run(["unshare", "--map-auto", "--map-root-user", "rm", "-rf", work], check=False)
    shutil.rmtree(work, ignore_errors=True)
