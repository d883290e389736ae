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
VERBS = ["pull", "pull", "rm", "prune"]
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


def prepare_for(verb, names):
    """Something to do for the verb; the words of its command."""
    if verb == "pull":
        if dice.random() < 0.7:
            empty(names)
        return ["pull", dice.choice(names)]
    for name in names:
        need(HUTCH, "image", "pull", "--quiet", name)
    if verb == "prune":
        for name in names:
            image("rm", name)
        return ["prune"]
    return ["rm", dice.choice(names)]


def empty(names):
    for name in names:
        image("rm", name)
    until(30, lambda: image("prune").returncode == 0)


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
    lengths, killed = {}, {verb: 0 for verb in VERBS}
    for verb in VERBS:
        command = prepare_for(verb, names)
        started = time.monotonic()
        check(f"a whole {verb} is good", image(*command).returncode == 0)
        lengths[verb] = time.monotonic() - started
    for number in range(ROUNDS):
        verb = VERBS[number % len(VERBS)]
        command = prepare_for(verb, names)
        commands = [command] + ([["pull", dice.choice(names)]] if dice.random() < 0.3 else [])
        killed[verb] += killed_in(commands, dice.uniform(0, lengths[verb]))
        whole, detail = is_whole()
        if not whole:
            check(f"round {number}: the store is whole after kill -9 in {commands}", False, detail)
        if number % 5 == 4:
            until(30, lambda: image("prune").returncode == 0)
            if left_over():
                check(f"round {number}: prune leaves nothing unfinished", False, left_over())
    many = sum(killed.values())
    check(f"{ROUNDS} rounds, {many} killed in the middle: the store was whole after each  # {killed}", many >= ROUNDS // 4)
    for name in names:
        result = image("pull", name)
        check("and the next pull is right", result.returncode == 0 and is_whole()[0], result.stderr)
    check("both images are there", len(images()) == 2, images())
    empty(names)
    store = os.path.join(scene.home, ".local/share/hutch/images")
    left = left_over() + os.listdir(os.path.join(store, "layers")) + os.listdir(os.path.join(store, "blobs/sha256"))
    check("an emptied store is empty", not left, left)
    conclude()


main()
