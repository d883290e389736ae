#!/usr/bin/python3
"""clang-tidy on every source file of the compilation database, one test line a file.

usage: tidy.py --build DIR [FILE...]

A file is looked at again only when it, a header it includes or the configuration has changed since it passed.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys

import tree


def tidy_program():
    return shutil.which("clang-tidy-14") or shutil.which("clang-tidy")


def plain_database(build, target):
    """The compilation database without the compiler cache in front, which clang-tidy would take for the compiler."""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        database = json.load(file)
    for entry in database:
        # Nor does it know every warning of the compiler that builds.
        entry["command"] = re.sub(r"^\S*ccache\s+", "", entry["command"]) + " -Wno-unknown-warning-option"
    os.makedirs(target, exist_ok=True)
    with open(os.path.join(target, "compile_commands.json"), "w", encoding="utf-8") as file:
        json.dump(database, file)
    return {os.path.realpath(os.path.join(entry["directory"], entry["file"])): entry for entry in database}


def dependencies(build):
    """Object file -> files it was compiled from, as ninja recorded them."""
    text = subprocess.run(["ninja", "-C", build, "-t", "deps"], stdout=subprocess.PIPE, text=True, check=False).stdout
    found, current = {}, None
    for line in text.splitlines():
        if line and not line.startswith(" "):
            current = found.setdefault(line.split(":")[0], [])
        elif line.strip() and current is not None:
            current.append(os.path.normpath(os.path.join(build, line.strip())))
    return found


def state_of(path, entry, objects):
    digest = hashlib.sha256(entry["command"].encode())
    inputs = [name for name in objects.get(entry.get("output", ""), []) if name.startswith(tree.root() + "/")]
    for name in [os.path.join(tree.root(), ".clang-tidy"), path, *sorted(inputs)]:
        if os.path.exists(name):
            with open(name, "rb") as file:
                digest.update(name.encode() + b"\0" + file.read())
    return digest.hexdigest()


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n")[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("files", nargs="*")
    arguments = parser.parse_args()
    sys.argv = sys.argv[:1]
    program = tidy_program()
    if program is None:
        print("skip - clang-tidy is not installed")
        return 0
    build = os.path.abspath(arguments.build)
    database_directory = os.path.join(build, "tidy")
    database = plain_database(build, database_directory)
    objects = dependencies(build)
    wanted = [os.path.realpath(path) for path in arguments.files] or [
        path for path in sorted(database) if path.startswith(os.path.join(tree.root(), "src") + "/")]

    def look(path):
        state = state_of(path, database[path], objects)
        mark = os.path.join(database_directory, state)
        if os.path.exists(mark):
            return path, ""
        result = subprocess.run([program, "--quiet", "-p", database_directory, path], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, check=False)
        if result.returncode == 0:
            with open(mark, "w", encoding="utf-8"):
                pass
            return path, ""
        return path, result.stdout or result.stderr

    failed = False
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for path, output in pool.map(look, wanted):
            name = os.path.relpath(path, tree.root())
            print(f"{'not ok' if output else 'ok'} - {name}", flush=True)
            if output:
                print(output, flush=True)
                failed = True
    return 1 if failed else 0


sys.exit(main())
