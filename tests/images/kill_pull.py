#!/usr/bin/python3
"""kill -9 at random points of pulling from a registry, of rm and prune beside it: the store opens, its check is clean, the
next pull is right and nothing is left over. ROUNDS says how often; `./dev images` has two hundred."""
import os
import random
import subprocess
import time

import scene
from scene import HUTCH, check, conclude, environment, image, images, kill, layer, need, scratch, start_registry, stored_blobs
from scene import until, write_layout

ROUNDS = int(os.environ.get("ROUNDS") or "20")
dice = random.Random(11)


def prepare():
    port, names = start_registry(), []
    shared = layer({f"usr/{number % 9}/file{number}": dice.randbytes(dice.choice([10, 4000, 60000])) for number in range(150)})
    for name in ("one", "two"):
        own = layer({f"opt/{name}/{number}": dice.randbytes(9000) for number in range(60)}, seed=len(names), size=1 << 20)
        layout = os.path.join(scratch, "layout-" + name)
        write_layout(layout, [shared, own])
        names.append(f"127.0.0.1:{port}/{name}:1")
        need("skopeo", "copy", "--quiet", "--dest-tls-verify=false", f"oci:{layout}", f"docker://{names[-1]}")
    return names


def act(names):
    kind = dice.choice(["pull", "pull", "pull", "pull", "rm", "prune"])
    return [kind] if kind == "prune" else [kind, dice.choice(names)]


def killed_in(commands, patience):
    processes = [subprocess.Popen([HUTCH, "image", *command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, env=environment()) for command in commands]
    try:
        processes[0].wait(timeout=patience)
    except subprocess.TimeoutExpired:
        pass
    was_running = processes[0].poll() is None
    for process in processes:
        kill(process)
    return was_running


def is_whole():
    """Another one's unpacker may hold the store for a moment after it was killed."""
    result = image("check")
    return (result.returncode == 0 and not stored_blobs()), result.stdout + result.stderr


def left_over():
    store = os.path.join(scene.home, ".local/share/hutch/images")
    return [f"{place}/{name}" for place in ("staging", "partial") for name in os.listdir(os.path.join(store, place))]


def main():
    names = prepare()
    started = time.monotonic()
    check("a whole pull is good", image("pull", names[0]).returncode == 0)
    length = time.monotonic() - started
    killed, kinds = 0, {}
    for number in range(ROUNDS):
        if dice.random() < 0.6:
            for name in names:
                image("rm", name)
            until(30, lambda: image("prune").returncode == 0)
        command = act(names)
        commands = [command] + ([["pull", dice.choice(names)]] if dice.random() < 0.3 else [])
        was_killed = killed_in(commands, dice.uniform(0, length))
        killed += was_killed
        kinds[command[0]] = kinds.get(command[0], 0) + was_killed
        whole, detail = is_whole()
        if not whole:
            check(f"round {number}: the store is whole after kill -9 in {commands}", False, detail)
        if number % 5 == 4:
            until(30, lambda: image("prune").returncode == 0)
            if left_over():
                check(f"round {number}: prune leaves nothing unfinished", False, left_over())
    check(f"{ROUNDS} rounds, {killed} killed in the middle: the store was whole after each", killed >= ROUNDS // 4, kinds)
    print(f"# killed in {kinds}")
    for name in names:
        result = image("pull", name)
        check("and the next pull is right", result.returncode == 0 and is_whole()[0], result.stderr)
    check("both images are there", len(images()) == 2, images())
    for name in names:
        image("rm", name)
    until(30, lambda: image("prune").returncode == 0)
    store = os.path.join(scene.home, ".local/share/hutch/images")
    left = left_over() + os.listdir(os.path.join(store, "layers")) + os.listdir(os.path.join(store, "blobs/sha256"))
    check("an emptied store is empty", not left, left)
    conclude()


main()
