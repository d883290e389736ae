"""The source tree, for the lint scripts: files by kind, and findings as test lines."""
import os
import sys

SKIPPED_DIRECTORIES = {".git", "__pycache__"}


def root():
    here = os.path.dirname(os.path.abspath(__file__))
    given = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    return os.path.abspath(given[0]) if given else os.path.dirname(os.path.dirname(here))


def files(top, *suffixes):
    """Relative paths of all files below `top` (of the whole project) that end in one of the suffixes."""
    found = []
    base = root()
    for directory, names, entries in os.walk(os.path.join(base, top)):
        names[:] = [name for name in names if name not in SKIPPED_DIRECTORIES and not name.startswith("build")]
        for entry in entries:
            if not suffixes or entry.endswith(suffixes):
                found.append(os.path.relpath(os.path.join(directory, entry), base))
    return sorted(found)


def read(path):
    with open(os.path.join(root(), path), encoding="utf-8") as file:
        return file.read()


def conclude(rules):
    """Prints one line a rule, {name: [finding...]}, and ends the program."""
    for name, findings in rules.items():
        print(f"{'not ok' if findings else 'ok'} - {name}")
        for finding in findings:
            print(f"  {finding}")
    sys.exit(1 if any(rules.values()) else 0)
