#!/usr/bin/python3
"""Starts drawn programs that no profile is for, by what their entry in the menu says. usage: case_drawn.py RESULT [PACKAGE...]"""
import configparser
import json
import os
import re
import sys

import session
from session import App

HERE = os.path.dirname(os.path.abspath(__file__))


def entry_of(package):
    """The desktop id of the first entry that people see."""
    files = session.output("dpkg-query", "-L", package).split("\n")
    for path in sorted(files, key=lambda path: (package not in os.path.basename(path), path)):
        if not re.fullmatch(r"/usr/share/applications/[^/]*\.desktop", path):
            continue
        parser = configparser.RawConfigParser(strict=False)
        parser.optionxform = str
        parser.read(path, encoding="utf-8")
        entry = parser["Desktop Entry"]
        if not any(entry.get(key, "").strip().lower() == "true" for key in ("NoDisplay", "Terminal", "Hidden")):
            return os.path.basename(path)[:-8]
    return None


def look_at(package):
    desktop = entry_of(package)
    app = App(desktop)
    seen = app.window(45)
    result = {"package": package, "version": session.output("dpkg-query", "-W", "-f", "${Version}", package).strip(),
              "desktop": desktop, "profile": app.profile(), "window": seen[0] if seen else None,
              "weakened": "".join(re.findall(r"weakened by (.*)", app.text()))}
    if not seen:
        result["ended"] = app.process.poll()
        result["log"] = app.text()[-1500:]
    app.end()
    return result


def main():
    with open(f"{HERE}/drawn.txt", encoding="utf-8") as file:
        names = sys.argv[2:] or [line.split()[0] for line in file if not line.startswith("#")]
    session.export_display()
    session.make_samples()
    results = []
    for name in names:
        result = look_at(name)
        results.append(result)
        print(f"{'ok' if result['window'] else 'not ok'} - {name}: a window under a derived profile", flush=True)
        if not result["window"]:
            print("  | " + result["log"].replace("\n", "\n  | "), flush=True)
        with open(sys.argv[1], "w", encoding="utf-8") as file:
            json.dump({"drawn": results}, file, indent=1)


main()
