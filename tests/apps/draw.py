#!/usr/bin/python3
"""Draws graphical programs from the archive's sections: those the derived profile is tried on. Writes drawn.txt.

usage: draw.py PACKAGES COUNT           PACKAGES is an index of the archive (/var/lib/apt/lists/*_Packages)
       draw.py PACKAGES COUNT TREE      only those that put an entry into the menu of a tree where they are installed

A package is in when it depends on a toolkit, is tagged as a program with a graphical interface, and no shipped profile is
for it. The order is that of a hash of its name, so that nobody chose; of each section at most a fifth of 110.
"""
import glob
import hashlib
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SECTIONS = ("editors education electronics games gnome graphics hamradio kde mail math misc net science sound text utils "
            "video web x11 xfce").split()
TOOLKITS = re.compile(r"\b(libgtk-3-0t64|libgtk-4-1|libgtk2\.0-0t64|libqt5widgets5t64|libqt6widgets6|libqt6quick6|libsdl2-2\.0-0|"
                      r"libfltk1\.3t64|libwxgtk3\.2-1t64|libsdl1\.2debian|libadwaita-1-0|gir1\.2-gtk-3\.0|gir1\.2-gtk-4\.0|"
                      r"python3-pyqt5|python3-pyqt6|python3-tk)\b")
PARTS = re.compile(r"-(data|common|dev|plugins?|doc|dbg|tools|server|utils|bin|core|cli)$|plugin|applet|^lib|^python3-|^gir1|^gnome-shell|^plasma|^fcitx|^scim|"
                   r"^gkrellm")


def stanzas(path):
    with open(path, encoding="utf-8") as file:
        for block in file.read().split("\n\n"):
            yield dict(re.findall(r"^([A-Za-z-]+): ?((?:.*)(?:\n .*)*)", block, re.M))


def profiled():
    with open(os.path.join(HERE, "packages.txt"), encoding="utf-8") as file:
        return set(re.sub(r"#.*", "", file.read()).split())


def is_candidate(package, taken):
    name, tags = package["Package"], package.get("Tag", "")
    is_program = "role::program" in tags and ("interface::graphical" in tags or "interface::x11" in tags)
    return (package.get("Section") in SECTIONS and is_program and TOOLKITS.search(package.get("Depends", ""))
            and name not in taken and not PARTS.search(name) and int(package.get("Installed-Size", "0")) < 100_000)


def is_in_menu(tree, package):
    for path in glob.glob(f"{tree}/var/lib/dpkg/info/{package}.list") + glob.glob(
            f"{tree}/var/lib/dpkg/info/{package}:*.list"):
        with open(path, encoding="utf-8") as file:
            for line in re.findall(r"^/usr/share/applications/[^/\n]*\.desktop$", file.read(), re.M):
                with open(tree + line, encoding="utf-8", errors="replace") as entry:
                    if not re.search(r"^(NoDisplay|Terminal|Hidden) *= *true", entry.read(), re.M | re.I):
                        return True
    return False


def main():
    count = int(sys.argv[2])
    taken = profiled()
    candidates = {package["Package"]: package for package in stanzas(sys.argv[1])
                  if "Package" in package and is_candidate(package, taken)}
    drawn, of_section = [], {}
    for name in sorted(candidates, key=lambda name: hashlib.sha256(name.encode()).hexdigest()):
        section = candidates[name]["Section"]
        if of_section.get(section, 0) * 5 >= 110:
            continue
        of_section[section] = of_section.get(section, 0) + 1
        if len(sys.argv) < 4 or is_in_menu(sys.argv[3], name):
            drawn.append(name)
        if len(drawn) == count:
            break
    which = " that put an entry into the menu" if len(sys.argv) > 3 else ""
    print(f"# Made by draw.py from Debian 13: the first {count} of {len(candidates)} candidates{which}; package and section.")
    for name in drawn:
        print(name, candidates[name]["Section"])


main()
