#!/usr/bin/python3
"""A layer of very many entries: unpacked, compared and removed in bounded memory. ENTRIES says how many; `./dev images`
has a million."""
import os
import resource
import subprocess
import sys
import tarfile
import time

import oci

ENTRIES = int(os.environ.get("ENTRIES") or "30000")
MEMORY = 64 << 10  # KiB of one process


def header(name):
    info = tarfile.TarInfo(name)
    info.mode, info.mtime = 0o644, 1700000000
    return bytearray(info.tobuf(tarfile.USTAR_FORMAT))


def write_archive(path):
    """Empty files in directories of a thousand; only names and checksums differ, so that is all that is written anew."""
    block = header("d0000000/f0000000")
    blank = bytes(block[:148]) + b" " * 8 + bytes(block[156:])
    base = sum(blank) - sum(blank[:17])
    with open(path, "wb") as file, subprocess.Popen(["gzip", "-1"], stdin=subprocess.PIPE, stdout=file) as gzip:
        for number in range(ENTRIES):
            name = b"d%07d/f%07d" % (number // 1000, number)
            block[:17] = name
            block[148:156] = b"%06o\0 " % (base + sum(name))
            gzip.stdin.write(block)
        gzip.stdin.write(bytes(1024))
        gzip.stdin.close()


def digest_of_plain(path):
    script = 'gzip -dc "$1" | sha256sum'
    text = subprocess.run(["sh", "-c", script, "sh", path], stdout=subprocess.PIPE, check=True, text=True).stdout
    return "sha256:" + text.split()[0]


def main():
    with oci.scratch() as base:
        archive = os.path.join(base, "layer.tar.gz")
        write_archive(archive)
        with open(archive, "rb") as file:
            blob = file.read()
        layout = os.path.join(base, "layout")
        oci.Layout(layout).finish([b""], blobs=[blob], diff_ids=[digest_of_plain(archive)])
        store = oci.Store(base)
        good = True
        for words, wanted in ((["load", layout, "many"], ""), (["check"], "damages 0"), (["rm", "many"], ""), (["prune"], "layers 1")):
            started = time.monotonic()
            result = store.run(*words)
            done = result.returncode == 0 and wanted in result.stdout
            good &= done
            most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
            print(f"{'ok' if done else 'not ok'} - {words[0]} of {ENTRIES} entries  # {time.monotonic() - started:.1f} s{result.stderr}",
                  flush=True)
        left = os.listdir(os.path.join(store.root, "layers"))
        print(f"{'ok' if not left else 'not ok'} - nothing of them is left{left or ''}")
        is_small = most <= MEMORY
        print(f"{'ok' if is_small else 'not ok'} - no process took more than {MEMORY >> 10} MiB  # {most >> 10} MiB")
        return 0 if good and not left and is_small else 1


sys.exit(main())
