#!/usr/bin/python3
"""Images as people have them, unpacked by hutch, by podman and by umoci: the same trees, entry by entry.

Of itself an image with one static program and one that buildah builds in three layers; with HUTCH_IMAGES=all also a
minimal Debian and one with systemd, which mmdebstrap makes."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import oci

RUN = tempfile.TemporaryDirectory(prefix="hutch-", dir="/tmp")  # podman's runroot has at most 50 characters
STARTED = time.time_ns() - 10 ** 9
DEBIAN = {
    "debian-12-minbase": ["--variant=minbase", "bookworm"],
    "debian-13-systemd": ["--variant=minbase", "--include=systemd,systemd-sysv,dbus,iputils-ping,sudo,passwd,python3-minimal",
                          "trixie"],
}


def must(*command, **options):
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            check=False, **options)
    assert result.returncode == 0, f"{command[:3]}: {result.stderr}"
    return result.stdout.strip()


def mirror():
    """The mirror this machine itself installs from."""
    for line in must("apt-get", "indextargets", "--format", "$(ORIGIN) $(REPO_URI)", "Created-By: Packages").splitlines():
        origin, _, place = line.partition(" ")
        if origin == "Debian" and "security" not in place:
            return place
    return "http://deb.debian.org/debian"


def one_program():
    with open("/bin/busybox", "rb") as file:
        program = file.read()
    tar = oci.Tar().dir("./").dir("bin").dir("etc").dir("tmp", mode=0o1777).dir("nonroot", uid=65532, gid=65532)
    tar.add("bin/busybox", data=program, mode=0o755)
    for name in ("sh", "ls", "cat"):
        tar.hardlink("bin/" + name, "bin/busybox", mode=0o755)
    for name in ("wget", "vi"):
        tar.symlink("bin/" + name, "busybox")
    tar.add("etc/passwd", data=b"root:x:0:0::/:/bin/sh\nnonroot:x:65532:65532::/nonroot:\n")
    return [tar.bytes()]


class Podman:
    """podman's and buildah's storage in a directory of its own; files in it are of all ids."""

    def __init__(self, base):
        self.options = ["--root", os.path.join(base, "podman"), "--runroot", RUN.name, "--storage-driver", "vfs"]

    def unshare(self, script, *arguments):
        return must("podman", *self.options, "unshare", "sh", "-euc", script, "sh", *arguments)

    def build(self, base):
        """Three layers: a program and files, some of them gone or another, a directory replaced as a whole."""
        must("podman", *self.options, "pull", "--quiet", f"oci:{base}/one:latest")
        first = must("podman", *self.options, "images", "--quiet", "--no-trunc").split()[0]
        script = """
          buildah() { command buildah --root "$1" --runroot "$2" --storage-driver vfs "${@:3}"; }
          working=$(buildah "$1" "$2" from --pull-never "$3")
          tree=$(buildah "$1" "$2" mount "$working")
          mkdir -p "$tree/srv/many/deep/er" "$tree/opt/tool"
          for number in $(seq 200); do echo $number >"$tree/srv/many/$number"; done
          ln "$tree/srv/many/1" "$tree/srv/many/deep/also-1"; ln -s ../many/2 "$tree/srv/many/deep/er/to-2"
          echo a >"$tree/opt/tool/a"; chmod 4755 "$tree/opt/tool/a"; chown 33:44 "$tree/opt/tool"
          setfattr -n user.note -v kept "$tree/opt/tool/a" || true
          buildah "$1" "$2" umount "$working" >&2
          buildah "$1" "$2" commit --quiet --rm "$working" second >&2
          working=$(buildah "$1" "$2" from --pull-never localhost/second)
          tree=$(buildah "$1" "$2" mount "$working")
          rm -r "$tree/srv/many/deep" "$tree/srv/many/7" "$tree/bin/wget"; rm -r "$tree/opt/tool"; mkdir "$tree/opt/tool"
          echo b >"$tree/opt/tool/b"; rm -r "$tree/etc"; echo now a file >"$tree/etc"; chmod 600 "$tree/srv/many/8"
          buildah "$1" "$2" umount "$working" >&2
          buildah "$1" "$2" commit --quiet --rm "$working" third >&2
        """
        must("podman", *self.options, "unshare", "bash", "-euc", script, "bash", self.options[1], RUN.name, first)
        must("buildah", *self.options, "push", "--quiet", "localhost/third", f"oci:{base}/built:latest")

    def tree(self, layout):
        """What podman makes of a layout."""
        name = must("podman", *self.options, "pull", "--quiet", f"oci:{layout}:latest").splitlines()[-1]
        walked = self.unshare('tree=$(podman "$1" "$2" "$3" "$4" "$5" "$6" image mount "$7"); exec python3 -c "$8" "$tree"',
                              *self.options, name, oci.WALK)
        return json.loads(walked)

    def remove(self):
        subprocess.run(["podman", *self.options, "unshare", "rm", "-rf", self.options[1]], check=False)
        try:
            # The process that keeps podman's user namespace.
            with open(os.environ["XDG_RUNTIME_DIR"] + "/libpod/tmp/pause.pid", encoding="ascii") as file:
                os.kill(int(file.read()), signal.SIGKILL)
        except OSError:
            pass  # there is none


def umoci_tree(base, layout, name):
    bundle = os.path.join(base, "bundle-" + name)
    result = oci.in_ids(["umoci", "unpack", "--image", layout + ":latest", bundle])
    assert result.returncode == 0, result.stderr.decode()
    return oci.read_tree(os.path.join(bundle, "rootfs"))


def shown(lines):
    return (": " + "; ".join(lines[:8])) if lines else ""


def compare(base, store, podman, name):
    layout = os.path.join(base, name)
    store.must("load", layout, name)
    trees = store.trees(name)
    ours = oci.read_image(trees, base)
    groups = sum(1 for path, entry in ours.items() if entry.get("links", [path])[0] == path and "links" in entry)
    good = True
    for peer, theirs in (("umoci", umoci_tree(base, layout, name)), ("podman", podman.tree(layout))):
        # Directories whose time no entry of their last layer says: here the time they had, there that of unpacking.
        lines = [line for line in oci.differences(ours, theirs)
                 if not (": mtime " in line and theirs[line.split(": mtime")[0].rstrip("/")]["mtime"] >= STARTED)]
        print(f"{'not ok' if lines else 'ok'} - {name}: {len(ours)} entries in {len(trees)} layers, {groups} groups of hard "
              f"links are {peer}'s{shown(lines)}", flush=True)
        good &= not lines
    return good


def make_debian(base, name):
    tar = os.path.join(base, name + ".tar")
    must("mmdebstrap", "--quiet", "--mode=unshare", "--aptopt=APT::Install-Recommends \"false\"", *DEBIAN[name], tar, mirror(),
         env={**os.environ, "TMPDIR": "/var/tmp"})
    with open(tar, "rb") as file:
        oci.Layout(os.path.join(base, name)).finish([file.read()])
    os.unlink(tar)


def main():
    # Podman's storage may not lie on a tmpfs without attributes of users.
    with oci.scratch("/var/tmp") as base:
        podman = Podman(base)
        try:
            store = oci.Store(base)
            oci.Layout(os.path.join(base, "one")).finish(one_program())
            podman.build(base)
            names = ["one", "built"]
            if os.environ.get("HUTCH_IMAGES") == "all":
                for name in DEBIAN:
                    make_debian(base, name)
                    names.append(name)
            good = all([compare(base, store, podman, name) for name in names])
        finally:
            podman.remove()
            shutil.rmtree(RUN.name, ignore_errors=True)
        return 0 if good else 1


sys.exit(main())
