#!/usr/bin/python3
"""Words that must not be committed: unfinished work, paths of somebody's machine, tests that say nothing."""
import re

import tree

OWN = "tests/lint/words.py"
SUFFIXES = (".cc", ".h", ".c", ".py", ".sh", ".build", ".txt", ".md", ".toml", ".scd", ".xml", ".in", ".po", ".pot")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
MACHINE = re.compile(r"(?<![\w.~])/work/")
EMPTY_TEST = re.compile(r"GTEST_SKIP\(\)\s*;|EXPECT_TRUE\(true\)|ASSERT_TRUE\(true\)|\bexit 77\b")


def hits(paths, pattern):
    found = []
    for path in paths:
        for number, line in enumerate(tree.read(path).splitlines(), 1):
            match = pattern.search(line)
            if match:
                found.append(f"{path}:{number}: {match[0]}")
    return found


def main():
    scripts = ["dev", ".ci/run", "tests/run"]
    everything = [path for path in tree.files(".", *SUFFIXES) if path != OWN] + scripts
    tests = [path for path in everything if path.startswith("tests/")]
    tree.conclude({
        "nothing is marked as unfinished": hits(everything, UNFINISHED),
        "no path of one machine": hits(everything, MACHINE),
        "no test passes or skips without a reason": hits(tests, EMPTY_TEST),
    })


main()
