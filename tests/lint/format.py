#!/usr/bin/python3
"""Every C++ file is as clang-format 14 leaves it. Other versions differ in details, so they are not asked."""
import concurrent.futures
import re
import shutil
import subprocess
import sys

import tree

VERSION = "14"


def formatter():
    for name in (f"clang-format-{VERSION}", "clang-format"):
        path = shutil.which(name)
        if path:
            text = subprocess.run([path, "--version"], stdout=subprocess.PIPE, check=True, text=True).stdout
            match = re.search(r"version (\d+)", text)
            if match and match[1] == VERSION:
                return path
    return None


def check(arguments):
    program, path = arguments
    result = subprocess.run([program, "--dry-run", "--Werror", path], cwd=tree.root(), stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL, check=False)
    return path if result.returncode != 0 else None


def main():
    program = formatter()
    if program is None:
        print(f"skip - clang-format {VERSION} is not installed, and other versions format differently")
        sys.exit(0)
    paths = tree.files("src", ".h", ".cc") + tree.files("tests", ".h", ".cc")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        wrong = [path for path in pool.map(check, ((program, path) for path in paths)) if path]
    tree.conclude({"C++ is formatted (./dev format)": wrong})


main()
