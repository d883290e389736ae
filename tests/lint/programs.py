#!/usr/bin/python3
"""Every shipped program is started by the long run, or its profile says that it is not run here."""
import re

import tree

STARTED = re.compile(r'^    "([^"]+)": \(', re.M)
OTHERS = {"gtk3-widget-factory", "gtk4-demo", "zenity", "yt-dlp"}  # started by the desktop tests; yt-dlp has no window


def main():
    started = set(STARTED.findall(tree.read("tests/apps/programs.py"))) | OTHERS
    profiles = {path.split("/")[-1][:-5]: tree.read(path) for path in tree.files("profiles/apps", ".toml")}
    wrong = [name for name, text in profiles.items() if (name in started) == ("not-run-here = true" in text)]
    tree.conclude({"a profile is for a program that is started, or says that it is not run here": wrong,
                   "what is started has a profile": sorted(started - set(profiles))})


main()
