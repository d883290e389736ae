#!/usr/bin/python3
"""Layers as overlayfs shows them, entry by entry, against what umoci unpacks of the same image."""
import os
import subprocess
import sys
import tarfile
import time

import oci

PLACES = ("/usr/share/doc/apt", "/usr/share/perl5", "/usr/lib/python3.11/json", "/etc/alternatives")
NET_RAW = "\x01\x00\x00\x02\x00\x20" + "\x00" * 14  # cap_net_raw+ep, revision 2 (linux/capability.h)


def part_of_host(prefix, places):
    """A real tree: what the distribution has, as GNU tar writes it."""
    have = [place.lstrip("/") for place in places if os.path.isdir(place)]
    data = subprocess.run(["tar", "-C", "/", "--format=posix", "--numeric-owner", "--sort=name",
                           f"--transform=s,^,{prefix}/,S", "-cf", "-", *have], stdout=subprocess.PIPE, check=True).stdout
    assert have and len(data) > 100000, f"nothing of {places} is here"
    return data


def layers():
    base = oci.Tar().dir("./", mtime=1600000000)
    for name in ("bin", "etc", "var", "var/lib", "home"):
        base.dir(name, mtime=1600000001)
    base.add("bin/su", data=b"elf", mode=0o4755).add("bin/wall", data=b"elf", mode=0o2755, gid=5)
    base.add("bin/ping", data=b"elf", mode=0o755, pax={"SCHILY.xattr.security.capability": NET_RAW})
    base.add("etc/note", data=b"n", pax={"SCHILY.xattr.user.comment": "hello", "mtime": "1500000000.123456789"})
    base.symlink("sbin", "bin").hardlink("bin/su2", "bin/su").dir("tmp", mode=0o1777)
    base.add("home/user/file", data=b"mine", uid=1001, gid=1001).add("var/lib/big", data=b"\0" * 3000000)
    base.add("var/" + "long" * 50 + "/" + "name" * 50, data=b"long").add("old", data=b"1970", mtime=0)
    base.add("pipe", tarfile.FIFOTYPE)
    change = oci.Tar().add("etc/.wh.note").add("sbin/added", data=b"through the link").dir("home/user", uid=1001)
    change.add("home/user/.wh..wh..opq").add("home/user/other", data=b"2", uid=1001).add("var/lib/new/deep", data=b"3")
    change.hardlink("bin/su3", "bin/su").add("old", data=b"replaced").add("tmp/x", data=b"x", mode=0o600)
    last = oci.Tar().add(".wh.var").add("var", data=b"now a file").dir("old").add("old/inside", data=b"4")
    gnu = oci.Tar(tarfile.GNU_FORMAT).add("gnu/" + "g" * 150 + "/" + "h" * 150, data=b"gnu", uid=40000, gid=40001)
    ustar = oci.Tar(tarfile.USTAR_FORMAT).add("ustar/" + "u" * 90 + "/" + "v" * 90, data=b"ustar")
    return [base.bytes(), part_of_host("real", PLACES), change.bytes(), gnu.bytes(), ustar.bytes(), last.bytes()]


def compare(base, store, name, parts, compression):
    started = time.time_ns() - 10 ** 9
    layout = os.path.join(base, name)
    oci.Layout(layout).finish(parts, compression, tag="latest")
    store.must("load", layout, name)
    ours = oci.read_image(store.trees(name), base)
    if compression == "zstd":  # which umoci 0.4.7 does not know: it gets the same layers as gzip
        layout = os.path.join(base, name + "-gzip")
        oci.Layout(layout).finish(parts, "gzip")
    bundle = os.path.join(base, "bundle-" + name)
    result = oci.in_ids(["umoci", "unpack", "--image", layout + ":latest", bundle])
    assert result.returncode == 0, result.stderr.decode()
    theirs = oci.read_tree(os.path.join(bundle, "rootfs"))
    # Directories whose time no entry of their last layer says: there the time of unpacking, here the time they had, or the
    # epoch. Of several names of one file in a layer below, overlayfs brings up one.
    lines = [line for line in oci.differences(ours, theirs, ("links",))
             if not (": mtime " in line and theirs[line.split(": mtime")[0].rstrip("/")]["mtime"] >= started)]
    print(f"{'not ok' if lines else 'ok'} - {name}: {len(ours)} entries are umoci's{': ' if lines else ''}"
          f"{'; '.join(lines[:8])}", flush=True)
    return not lines


def main():
    with oci.scratch() as base:
        store = oci.Store(base)
        good = True
        for compression in ("gzip", "zstd", ""):
            good &= compare(base, store, f"layers-{compression or 'plain'}", layers(), compression)
        return 0 if good else 1


sys.exit(main())
