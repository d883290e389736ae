#!/usr/bin/python3
"""Writes docs/apps.md from the results of the long run. usage: page.py RESULTS-DIRECTORY"""
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
HEAD = """# Programs

Made by `./dev apps`, which starts Debian 13's own packages in a booted desktop; not to be edited.

## Shipped profiles

*Window*: a window appeared, and the instance ran under the profile of this name. *File*: the sample that was named on the
command line was read through what was handed over; a dash where the program was given none. *Secrets*: from inside, a key in
`~/.ssh`, the shell's history, another program's data and the processes of the host could not be read. *LAN*: a server of
the local network could not be reached. All of it can be from outside: the run tries that first.

| profile | package | version | window | file | secrets | LAN |
| --- | --- | --- | --- | --- | --- | --- |
"""
DRAWN = """
## Programs without a profile

Sixty packages that `tests/apps/draw.py` drew from the sections of the archive, started by their entry in the menu under the
profile derived for them, with no permission added.

| package | version | profile | window | weakened by |
| --- | --- | --- | --- | --- |
"""
REASONS = os.path.join(HERE, "reasons.txt")  # "PACKAGE why": what was found out about those without a window


def word(value):
    return "—" if value is None else "yes" if value else "**no**"


def load(directory, name):
    path = os.path.join(directory, name + ".json")
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return json.load(file)[name]


def reasons():
    if not os.path.exists(REASONS):
        return {}
    with open(REASONS, encoding="utf-8") as file:
        return dict(line.rstrip("\n").split(" ", 1) for line in file if not line.startswith("#") and " " in line)


def main():
    text = HEAD
    apps, drawn = load(sys.argv[1], "apps"), load(sys.argv[1], "drawn")
    why = reasons()
    notes = []
    for entry in apps:
        probe = entry["probe"]
        secrets = None if "error" in probe else not (probe["ssh"] or probe["history"] or probe["other"] or probe["process"])
        lan = None if "error" in probe else not probe["lan"]
        window = bool(entry["window"]) and entry["profile"] == entry["app"]
        text += (f"| {entry['app']} | {entry['package']} | {entry['version']} | {word(window)} | {word(entry['opened'])} | "
                 f"{word(secrets)} | {word(lan)} |\n")
        if not window or entry["opened"] is False:
            notes.append((entry["app"], why.get(entry["app"], "not looked into")))
    good = sum(bool(entry["window"]) for entry in apps)
    text += f"\n{good} of {len(apps)} showed a window.\n"
    text += DRAWN
    for entry in drawn:
        text += (f"| {entry['package']} | {entry['version']} | {entry['profile'] or '—'} | {word(bool(entry['window']))} | "
                 f"{entry['weakened'].replace('|', ' ') or '—'} |\n")
        if not entry["window"]:
            notes.append((entry["package"], why.get(entry["package"], "not looked into")))
    good = sum(bool(entry["window"]) for entry in drawn)
    text += f"\n{good} of {len(drawn)} showed a window.\n"
    if notes:
        text += "\n## Why not\n\n" + "".join(f"- {name}: {reason}\n" for name, reason in notes)
    with open(os.path.join(SOURCE, "docs/apps.md"), "w", encoding="utf-8") as file:
        file.write(text)


main()
