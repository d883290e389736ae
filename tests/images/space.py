#!/usr/bin/python3
"""A disk that fills up at every point of loading: an error, a clean store, a prune that works.
Runs in a user namespace with a small tmpfs and without newuidmap, so also with the user's own id only."""
import os
import subprocess
import sys

import oci

PARTS = int(os.environ.get("PARTS", "30"))
KIB = 1024

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


def inside():
    base, layout = os.environ["SPACE_BASE"], os.environ["SPACE_LAYOUT"]
    subprocess.run(["mount", "--bind", "/dev/null", "/usr/bin/newuidmap"], check=True)
    return fill_up(base, layout)


def main():
    if "SPACE_BASE" in os.environ:
        return 0 if inside() else 1
    with oci.scratch() as base:
        environment = {**os.environ, "SPACE_BASE": base, "SPACE_LAYOUT": make_layout(base)}
        return subprocess.run(["unshare", "--user", "--map-current-user", "--keep-caps", "--mount", sys.executable,
                               os.path.abspath(__file__)], env=environment, check=False).returncode


sys.exit(main())
