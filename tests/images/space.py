#!/usr/bin/python3
"""A disk that fills up, and one that fails, at every point of loading: an error, a clean store, a prune that works.
Runs in a user namespace with a small tmpfs and without newuidmap, so also with the user's own id only."""
import os
import subprocess
import sys

import oci

PARTS = int(os.environ.get("PARTS", "30"))
FAULTS = int(os.environ.get("FAULTS", "60"))
KIB = 1024

# The Nth call of the program itself that changes the disk fails.
FAULT = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>
static int is_due(void) {
  static int calls = -1;
  if (calls < 0) calls = atoi(getenv("FAULT_AT"));
  return --calls == 0;
}
#define NEXT(type, name, ...) ((type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))
#define FAIL if (is_due()) { errno = atoi(getenv("FAULT_ERROR")); return -1; }
ssize_t pwrite64(int f, const void* b, size_t n, off64_t o) {
  FAIL return NEXT(ssize_t, pwrite64, int, const void*, size_t, off64_t)(f, b, n, o); }
ssize_t pwrite(int f, const void* b, size_t n, off_t o) {
  FAIL return NEXT(ssize_t, pwrite, int, const void*, size_t, off_t)(f, b, n, o); }
int rename(const char* a, const char* b) { FAIL return NEXT(int, rename, const char*, const char*)(a, b); }
int renameat(int d, const char* a, int e, const char* b) {
  FAIL return NEXT(int, renameat, int, const char*, int, const char*)(d, a, e, b); }
int syncfs(int f) { FAIL return NEXT(int, syncfs, int)(f); }
int fsync(int f) { FAIL return NEXT(int, fsync, int)(f); }
int mkdir(const char* p, mode_t m) { FAIL return NEXT(int, mkdir, const char*, mode_t)(p, m); }
int unlink(const char* p) { FAIL return NEXT(int, unlink, const char*)(p); }
"""


def say(is_good, name, detail=""):
    print(f"{'ok' if is_good else 'not ok'} - {name}{': ' + detail if detail and not is_good else ''}", flush=True)
    return is_good


def make_layout(base):
    tar = oci.Tar().dir("./")
    for number in range(60):
        tar.add(f"usr/{number % 5}/f{number}", data=os.urandom(12000), uid=number % 3 * 10)
    layout = os.path.join(base, "layout")
    oci.Layout(layout).finish([tar.bytes(), oci.Tar().add("usr/.wh.1").add("opt/x", data=os.urandom(90000)).bytes()])
    return layout


def is_clean(store):
    checked = store.run("check")
    lacks_room = checked.returncode == 1 and "No space left" in checked.stderr  # to unpack a layer once more
    is_whole = checked.returncode == 0 and checked.stdout.strip().endswith("damages 0")
    return lacks_room or is_whole, checked.stdout + checked.stderr


def fill_up(base, layout):
    refused = loaded = 0
    problems = []
    for part in range(PARTS):
        size = 80 * KIB + part * 2600 * KIB // PARTS
        place = os.path.join(base, "small")
        os.makedirs(place, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], check=True)
        store = oci.Store(base, "small/store")
        result = store.run("load", layout, "image")
        if result.returncode == 0:
            loaded += 1
        else:
            refused += 1
            if "No space left" not in result.stderr:
                problems.append(f"{size} bytes: {result.stderr.strip()}")
        if os.path.exists(os.path.join(store.root, "format")):
            clean, detail = is_clean(store)
            pruned = store.run("prune")
            left = [name for where in ("staging", "partial") for name in os.listdir(os.path.join(store.root, where))]
            if pruned.returncode != 0 or not clean or left:
                problems.append(f"{size} bytes: prune {pruned.stderr} check {detail} left {left}")
        if result.returncode == 0:
            with open(os.path.join(place, "filler"), "wb") as file:
                try:
                    file.write(b"x" * size)
                    file.flush()
                except OSError:
                    pass
            removed, pruned = store.run("rm", "image"), store.run("prune")
            if removed.returncode != 0 or pruned.returncode != 0 or os.listdir(os.path.join(store.root, "layers")):
                problems.append(f"full disk of {size} bytes: rm {removed.stderr} prune {pruned.stderr}")
        subprocess.run(["umount", place], check=True)
    good = say(not problems, f"a disk that fills up: {refused} times refused, {loaded} loaded, pruned when full",
               "; ".join(problems[:4]))
    return say(refused >= PARTS // 4 and loaded > 0, "some disks were too small and some were not") and good


def fail(base, layout):
    library = os.path.join(base, "fault.so")
    subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-o", library, "-"], input=FAULT, text=True, check=True)
    failed, problems, at = 0, [], 1
    store = oci.Store(base, "faulty")
    while at <= FAULTS:
        environment = {**os.environ, "LD_PRELOAD": library, "FAULT_AT": str(at), "FAULT_ERROR": str(5 if at % 2 else 28)}
        result = store.run("load", layout, "image", environment=environment)
        clean, detail = is_clean(store)
        if not clean:
            problems.append(f"fault {at}: {detail}")
        failed += result.returncode != 0
        for verb in (["rm", "image"], ["prune"]):
            store.run(*verb)
        at += 1
    return say(not problems and failed >= 8, f"{FAULTS} faults of the disk, {failed} of them fatal", "; ".join(problems[:4]))


def inside():
    base, layout = os.environ["SPACE_BASE"], os.environ["SPACE_LAYOUT"]
    subprocess.run(["mount", "--bind", "/dev/null", "/usr/bin/newuidmap"], check=True)
    good = fill_up(base, layout)
    return fail(base, layout) and good


def main():
    if "SPACE_BASE" in os.environ:
        return 0 if inside() else 1
    with oci.scratch() as base:
        environment = {**os.environ, "SPACE_BASE": base, "SPACE_LAYOUT": make_layout(base)}
        return subprocess.run(["unshare", "--user", "--map-current-user", "--keep-caps", "--mount", sys.executable,
                               os.path.abspath(__file__)], env=environment, check=False).returncode


sys.exit(main())
