#!/usr/bin/python3
"""Loading an image against unpacking its layer with tar, and against podman where it is installed.

usage: tests/bench/images.py TAR [DIRECTORY]

TAR is an uncompressed root file system of about 240 MB (mmdebstrap makes one), DIRECTORY a place on the disk to measure,
/dev/shm without it. Runs as an ordinary user with subordinate ids. Prints seconds, the least of three rounds, and ratios
of the same rounds."""
import os
import shutil
import subprocess
import sys
import time

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("HUTCH_BUILD_DIR", os.path.join(os.path.dirname(TESTS), "build"))
for variable, program in (("STORE_DRIVE", "tests/images/store-drive"), ("HUTCH_LAUNCH", "src/launch/hutch-launch"),
                          ("HUTCH_UNPACK", "src/unpack/hutch-unpack")):
    os.environ.setdefault(variable, os.path.join(BUILD, program))
sys.path.insert(0, os.path.join(TESTS, "images"))
import oci  # noqa: E402

ROUNDS = 3


def seconds_of(act):
    started = time.monotonic()
    act()
    return time.monotonic() - started


def load(base, layout, name):
    store = oci.Store(base, f"store-{name}")
    taken = seconds_of(lambda: store.must("load", layout, name))
    store.must("rm", name)
    store.must("prune")
    return taken


def tar(base, blob, tool):
    target = os.path.join(base, "tar")
    os.makedirs(target)
    script = f'{tool} -dc "{blob}" | tar -x --numeric-owner -C "{target}" && sync -f "{target}"'
    taken = seconds_of(lambda: must_in_ids(script))
    must_in_ids(f'rm -rf "{target}"')
    return taken


def must_in_ids(script):
    result = oci.in_ids(["sh", "-c", script])
    assert result.returncode == 0, result.stderr.decode()


def podman(base, layout):
    command = ["podman", "--root", os.path.join(base, "podman"), "--runroot", os.path.join(base, "run")]
    taken = seconds_of(lambda: subprocess.run([*command, "pull", "-q", "oci:" + layout], check=True,
                                              stdout=subprocess.DEVNULL))
    subprocess.run([*command, "system", "reset", "--force"], check=False, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    subprocess.run(["podman", "unshare", "rm", "-rf", os.path.join(base, "podman")], check=True)
    return taken


def main():
    with open(sys.argv[1], "rb") as file:
        data = file.read()
    with oci.scratch(sys.argv[2] if len(sys.argv) > 2 else "/dev/shm") as base:
        for tool, level in (("gzip", "-6"), ("zstd", "-3")):
            blob = subprocess.run([tool, level, "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout
            layout = os.path.join(base, tool)
            oci.Layout(layout).finish([data], tool, blobs=[blob])
            path = os.path.join(layout, "blobs/sha256", oci.digest(blob)[7:])
            rows = {"hutch": [], f"{tool}|tar": []}
            has_podman = tool == "gzip" and shutil.which("podman") is not None
            for number in range(ROUNDS):
                rows["hutch"].append(load(base, layout, f"{tool}{number}"))
                rows[f"{tool}|tar"].append(tar(base, path, tool))
                if has_podman:
                    rows.setdefault("podman", []).append(podman(base, layout))
            best = min(rows["hutch"])
            for name, taken in rows.items():
                print(f"{tool} {name:10} {min(taken):6.2f} s   hutch is {best / min(taken):.2f} of it", flush=True)


main()
