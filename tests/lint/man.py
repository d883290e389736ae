#!/usr/bin/python3
"""The manual and the program know the same verbs and options.

usage: man.py SOURCE-ROOT HUTCH     HUTCH is the program, which is asked for its help in the C locale
"""
import re
import subprocess
import sys

import tree

OPTION = re.compile(r"--[a-z0-9][a-z0-9-]*")


def ask(program, *words):
    environment = {"LC_ALL": "C", "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}
    return subprocess.run([program, "--allow-root", *words], stdout=subprocess.PIPE, text=True, check=True,
                          env=environment).stdout


def indented_words(text, pattern):
    """What stands first in the lines of a table: two blanks, then a word of this pattern."""
    return re.findall(rf"^  {pattern}", text, re.M)


def verbs(program):
    """All verbs; a verb with verbs of its own is listed with each of them."""
    return [verb.strip() for verb in indented_words(ask(program, "help"), r"([a-z]+(?: [a-z]+)?)(?: |$)")]


def options(program, verb):
    lines = [line for line in ask(program, "help", *verb.split()).splitlines() if re.match(r"^ +(-\w, )?--", line)]
    return {OPTION.search(line)[0] for line in lines}


def main():
    program = sys.argv[2]
    manual = tree.read("data/man/hutch.1.scd")
    documented = set(OPTION.findall(manual.replace("\\", "")))
    known, missing_verbs, missing_options = set(), [], []
    listed = verbs(program)
    for verb in listed:
        if not re.search(rf"^\*{verb}\*", manual, re.M):
            missing_verbs.append(verb)
        for option in options(program, verb):
            known.add(option)
            if option not in documented:
                missing_options.append(f"{verb} {option}")
    known |= set(OPTION.findall(ask(program, "help")))
    tree.conclude({
        "the program lists its verbs": [] if len(listed) > 5 else [f"only {listed}"],
        "the manual has every verb": missing_verbs,
        "the manual has every option": sorted(missing_options),
        "the manual has no option that does not exist": sorted(documented - known),
    })


main()
