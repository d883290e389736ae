#!/usr/bin/env python3
"""Turns portals/*.toml into rows of the table in core/portal/table.cc; the format is in portals/README.

usage: compile.py OUTPUT FILE.toml...
"""
import re
import sys
import tomllib

KINDS = {"portal": "kPortal", "feature": "kFeature", "base": "kBase", "network": "kNetwork"}
BUSES = {"session": "kSession", "system": "kSystem", "accessibility": "kAccessibility"}
WORD = r"[A-Za-z_][A-Za-z0-9_]*"
BUS_NAME = re.compile(r"[A-Za-z_-][A-Za-z0-9_-]*(\.[A-Za-z_-][A-Za-z0-9_-]*)+")
# An interface of two parts at least and a member: xdg-dbus-proxy takes what follows the last dot as the member.
RULE = re.compile(rf"{WORD}(\.{WORD})+\.({WORD}|\*)@(/{WORD})+(/\*)?")


def fail(file, text):
    sys.exit(f"{file}: {text}")


def take(file, table, key, kind, default=None):
    value = table.pop(key, default)
    if not isinstance(value, kind):
        fail(file, f"'{key}' is missing or has the wrong type")
    return value


def options(file, entry):
    name = take(file, entry, "name", str)
    if not BUS_NAME.fullmatch(name):
        fail(file, f"'{name}' is not a bus name")
    if take(file, entry, "talk", bool, False):
        yield f"--talk={name}"
    for key in "calls", "broadcasts":
        for rule in take(file, entry, key, list, []):
            if not RULE.fullmatch(rule):
                fail(file, f"'{rule}' is not INTERFACE.MEMBER@/PATH")
            yield f"--{key[:-1]}={name}={rule}"
    if entry:
        fail(file, f"unknown keys: {', '.join(entry)}")


def rows(file):
    with open(file, "rb") as stream:
        data = tomllib.load(stream)
    kind = take(file, data, "kind", str)
    name = take(file, data, "name", str)
    if kind not in KINDS:
        fail(file, f"unknown kind '{kind}'")
    if not re.fullmatch(r"[a-z0-9-]+", name):
        fail(file, f"'{name}' is not a name")
    for entry in take(file, data, "on", list):
        bus = take(file, entry, "bus", str, "session")
        if bus not in BUSES:
            fail(file, f"unknown bus '{bus}'")
        found = list(options(file, entry))
        if not found:
            fail(file, "an entry without rules")
        for option in found:
            yield f'{{Trigger::{KINDS[kind]}, "{name}", plan::Bus::{BUSES[bus]}, "{option}"}},\n'
    if data:
        fail(file, f"unknown keys: {', '.join(data)}")


def main():
    output, files = sys.argv[1], sys.argv[2:]
    lines = [line for file in files for line in rows(file)]
    with open(output, "w", encoding="utf-8") as stream:
        stream.writelines(lines)


main()
