#!/usr/bin/python3
"""Images as people have them, pushed to a registry by skopeo, by buildah and by hutch and pulled by hutch: the trees that
umoci and podman make of them, entry by entry.

Of itself an image with one static program and one that buildah builds of it in three layers; with HUTCH_IMAGES=all also
a minimal Debian, one that buildah builds of that with packages removed and added, and a Debian with systemd."""
import json
import os
import subprocess
import sys
import tempfile
import time

import oci
import scene

RUN = tempfile.TemporaryDirectory(prefix="hutch-", dir="/tmp")  # podman's runroot has at most 50 characters
STARTED = time.time_ns() - 10 ** 9
DEBIAN = {
    "debian-12-minbase": ["--variant=minbase", "bookworm"],
    "debian-13-systemd": ["--variant=minbase", "--include=systemd,systemd-sysv,dbus,iputils-ping,sudo,passwd,python3-minimal",
                          "trixie"],
}
PACKAGES = ["hello", "tree", "less"]

# $1 to $6 are podman's options, $7 the image to begin with, $8 the name of the result; `change` is run with the tree.
BUILD = """
buildah() { command buildah "${options[@]}" "$@"; }
options=("${@:1:6}")
layer() {  # BASE NAME CHANGE
  local working tree
  working=$(buildah from --pull-never "$1")
  tree=$(buildah mount "$working")
  "$3" "$tree"
  buildah umount "$working" >&2
  buildah commit --quiet --rm "$working" "$2" >&2
}
"""
SMALL = BUILD + """
fill() {
  mkdir -p "$1/srv/many/deep/er" "$1/opt/tool"
  for number in $(seq 200); do echo $number >"$1/srv/many/$number"; done
  ln "$1/srv/many/1" "$1/srv/many/deep/also-1"; ln -s ../many/2 "$1/srv/many/deep/er/to-2"
  echo a >"$1/opt/tool/a"; chmod 4755 "$1/opt/tool/a"; chown 33:44 "$1/opt/tool"
  setfattr -n user.note -v kept "$1/opt/tool/a" || true
}
change() {
  rm -r "$1/srv/many/deep" "$1/srv/many/7" "$1/bin/wget"; rm -r "$1/opt/tool"; mkdir "$1/opt/tool"
  echo b >"$1/opt/tool/b"; rm -r "$1/etc"; echo now a file >"$1/etc"; chmod 600 "$1/srv/many/8"
}
layer "$7" localhost/between fill
layer localhost/between "$8" change
"""
# What a build with a package manager does: whole directories gone, some back with other content, packages out and in.
LARGE = BUILD + """
purge() {
  chroot "$1" dpkg --purge --force-all tzdata login passwd sysvinit-utils >&2
  rm -r "$1/usr/share/doc" "$1/usr/share/locale" "$1/var/cache/apt"
  mkdir -p "$1/usr/share/doc/one"; echo one >"$1/usr/share/doc/one/copyright"
}
add() {
  mkdir "$1/packages"; cp "$packages"/*.deb "$1/packages"
  chroot "$1" sh -c 'dpkg --install /packages/*.deb' >&2
  rm -r "$1/packages" "$1/etc/skel" "$1/usr/share/man"; chmod 2775 "$1/srv"; chown 1000:50 "$1/srv"
  mv "$1/usr/share/perl5" "$1/usr/share/perl6"; ln "$1/etc/debian_version" "$1/etc/also"
}
again() { rm -r "$1/usr/share/doc"; ln -s ../lib "$1/usr/share/doc"; rm "$1/etc/also"; touch "$1/etc/hostname"; }
layer "$7" localhost/purged purge
layer localhost/purged localhost/added add
layer localhost/added "$8" again
"""


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


def make_debian(base, name):
    tar = os.path.join(base, name + ".tar")
    must("mmdebstrap", "--quiet", "--mode=unshare", "--aptopt=APT::Install-Recommends \"false\"", *DEBIAN[name], tar, mirror(),
         env={**os.environ, "TMPDIR": "/var/tmp"})
    with open(tar, "rb") as file:
        layer = file.read()
    os.unlink(tar)
    return [layer]


class Podman:
    """podman's and buildah's storage in a directory of its own; files in it are of all ids."""

    def __init__(self, base):
        self.options = ["--root", os.path.join(base, "podman"), "--runroot", RUN.name, "--storage-driver", "vfs"]
        self.environment = scene.environment()

    def run(self, program, *words, **variables):
        return must(program, *self.options, *words, env={**self.environment, **variables})

    def pull(self, place):
        return self.run("podman", "pull", "--quiet", "--tls-verify=false", place).splitlines()[-1]

    def build(self, script, place, name, **variables):
        """An image made of another by `script`, in some layers."""
        first = self.pull(place)
        self.run("podman", "unshare", "bash", "-euc", script, "bash", *self.options, first, "localhost/" + name, **variables)

    def push(self, name, place):
        self.run("buildah", "push", "--quiet", "--tls-verify=false", name, "docker://" + place)

    def tree(self, place):
        """What podman makes of an image."""
        script = 'tree=$(podman "$1" "$2" "$3" "$4" "$5" "$6" image mount "$7"); exec python3 -c "$8" "$tree"'
        return json.loads(self.run("podman", "unshare", "sh", "-euc", script, "sh", *self.options, self.pull(place), oci.WALK))

    def remove(self):
        subprocess.run(["podman", *self.options, "unshare", "rm", "-rf", self.options[1]], env=self.environment, check=False)


class Judges:
    """A registry, and what everybody makes of the images in it."""

    def __init__(self, base):
        self.base, self.podman = base, Podman(base)
        self.port = scene.start_registry()

    def place(self, pusher, name):
        return f"127.0.0.1:{self.port}/{pusher}/{name}:1"

    def push_layers(self, name, layers):
        """By skopeo, from a layout."""
        layout = os.path.join(self.base, name)
        oci.Layout(layout).finish(layers)
        must("skopeo", "copy", "--quiet", "--dest-tls-verify=false", f"oci:{layout}:latest", "docker://" + self.place("skopeo", name))

    def push_built(self, name, script, first, **variables):
        self.podman.build(script, self.place("skopeo", first), name, **variables)
        self.podman.push("localhost/" + name, self.place("buildah", name))
        must("skopeo", "copy", "--quiet", "--src-tls-verify=false", "--dest-tls-verify=false",
             "docker://" + self.place("buildah", name), "docker://" + self.place("skopeo", name))

    def push_by_all(self, name):
        """What skopeo has pushed: by buildah, which compresses anew, and by hutch, as hutch compresses."""
        pulled = self.podman.pull(self.place("skopeo", name))
        self.podman.push(pulled, self.place("buildah", name))
        scene.new_home()
        scene.pulls(f"{name}: skopeo's is pulled", self.place("skopeo", name))
        pushed = scene.image("push", self.place("skopeo", name), self.place("hutch", name))
        scene.check(f"{name}: hutch pushes it", pushed.returncode == 0, pushed.stderr)

    def umoci_tree(self, name):
        layout, bundle = os.path.join(self.base, "umoci-" + name), os.path.join(self.base, "bundle-" + name)
        must("skopeo", "copy", "--quiet", "--src-tls-verify=false", "docker://" + self.place("skopeo", name), f"oci:{layout}:latest")
        result = oci.in_ids(["umoci", "unpack", "--image", layout + ":latest", bundle])
        assert result.returncode == 0, result.stderr.decode()
        return oci.read_tree(os.path.join(bundle, "rootfs"))

    def own_tree(self, pusher, name):
        scene.new_home()
        scene.pulls(f"{name}: {pusher}'s is pulled into an empty store", self.place(pusher, name))
        return oci.read_image(scene.layer_trees(scene.images()[0]), self.base), len(scene.images()[0]["layers"])

    @staticmethod
    def differences(ours, theirs):
        def is_known(line):
            path, _, what = line.partition(": ")
            entry = theirs.get(path.rstrip("/"), {})
            # Directories whose time no entry of their last layer says: here the time they had, there that of unpacking.
            is_time = what.startswith("mtime ") and entry["mtime"] >= STARTED
            # Device nodes, which nobody but the host's root can make: umoci has empty files for them.
            is_device = what == "only in the second" and path.startswith("/dev/") and entry.get("size") == 0
            return is_time or is_device

        return [line for line in oci.differences(ours, theirs) if not is_known(line)]

    def judge(self, name):
        self.push_by_all(name)
        peers = {"umoci": self.umoci_tree(name), "podman": self.podman.tree(self.place("skopeo", name))}
        for pusher in ("skopeo", "buildah", "hutch"):
            ours, layers = self.own_tree(pusher, name)
            groups = sum(1 for path, entry in ours.items() if entry.get("links", [path])[0] == path and "links" in entry)
            for peer, theirs in peers.items():
                lines = self.differences(ours, theirs)
                scene.check(f"{name}, pushed by {pusher}: {len(ours)} entries in {layers} layers, {groups} groups of hard "
                            f"links are {peer}'s", not lines, *lines[:8])


def fetch_packages(base):
    """Some of Debian 12, as it comes."""
    directory = os.path.join(base, "packages")
    os.mkdir(directory)
    must("apt-get", "--quiet", "download", *PACKAGES, cwd=directory)
    return directory


def main():
    # Podman's storage may not lie on a tmpfs without attributes of users.
    with oci.scratch("/var/tmp") as base:
        judges = Judges(base)
        try:
            judges.push_layers("one", one_program())
            judges.push_built("built", SMALL, "one")
            names = ["one", "built"]
            if os.environ.get("HUTCH_IMAGES") == "all":
                for name in DEBIAN:
                    judges.push_layers(name, make_debian(base, name))
                judges.push_built("debian-12-built", LARGE, "debian-12-minbase", packages=fetch_packages(base))
                names += [*DEBIAN, "debian-12-built"]
            for name in names:
                judges.judge(name)
        finally:
            judges.podman.remove()
            RUN.cleanup()
    scene.conclude()


sys.exit(main())
