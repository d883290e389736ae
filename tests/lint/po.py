#!/usr/bin/python3
"""The translations' template holds exactly the texts of the sources, and the translations that must be complete are.

usage: po.py [SOURCE-ROOT] [--update]     --update rewrites the file list and template and merges all translations
"""
import os
import re
import subprocess
import sys
import tempfile

import tree

COMPLETE = ["de"]
XGETTEXT = ["xgettext", "--language=C++", "--from-code=UTF-8", "--add-comments=Translators:", "--keyword=_", "--keyword=N_",
            "--flag=_:1:pass-c-format", "--flag=N_:1:pass-c-format", "--flag=format:1:c-format", "--sort-by-file",
            "--package-name=hutch", "--copyright-holder=the hutch authors", "--no-wrap", "--add-location=file"]
MARKED = re.compile(r"(?<![A-Za-z0-9])N?_\(")


def sources():
    return [path for path in tree.files("src", ".cc", ".h") if path != "src/base/i18n.h" and MARKED.search(tree.read(path))]


def collect(target):
    subprocess.run([*XGETTEXT, f"--directory={tree.root()}", f"--output={target}", *sources()], check=True)
    with open(target, encoding="utf-8") as file:
        text = file.read()
    # A date would make every collection differ from the last.
    text = re.sub(r'"POT-Creation-Date: [^\\]*\\n"\n', "", text).replace("charset=CHARSET", "charset=UTF-8")
    with open(target, "w", encoding="utf-8") as file:
        file.write(text)


def entries(path):
    """The texts of a template or translation, without comments and places."""
    text = subprocess.run(["msgattrib", "--no-location", "--no-wrap", "--sort-output", path], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    return {block for block in re.findall(r'^(?:msgctxt .*\n(?:".*\n)*)?msgid .*\n(?:".*\n)*', text, re.M)
            if block.strip() != 'msgid ""'}


def languages():
    return tree.read("po/LINGUAS").split()


def update():
    base = tree.root()
    with open(os.path.join(base, "po/POTFILES"), "w", encoding="utf-8") as file:
        file.write("".join(path + "\n" for path in sources()))
    template = os.path.join(base, "po/hutch.pot")
    collect(template)
    for language in languages():
        path = os.path.join(base, "po", language + ".po")
        subprocess.run(["msgmerge", "--quiet", "--update", "--backup=none", "--no-wrap", "--sort-by-file", "--add-location=file", path,
                        template], check=True)
        subprocess.run(["msgfmt", "--statistics", "--check", "--output-file=/dev/null", path], check=False)


def check():
    listed = [] if tree.read("po/POTFILES").split() == sources() else ["po/POTFILES is out of date: run ./dev po"]
    with tempfile.TemporaryDirectory() as directory:
        fresh = os.path.join(directory, "fresh.pot")
        collect(fresh)
        now, then = entries(fresh), entries(os.path.join(tree.root(), "po/hutch.pot"))
    current = [f"missing: {text.strip()}" for text in sorted(now - then)]
    current += [f"no longer used: {text.strip()}" for text in sorted(then - now)]
    wrong, incomplete = [], []
    for language in languages():
        path = os.path.join(tree.root(), "po", language + ".po")
        result = subprocess.run(["msgfmt", "--check", "--output-file=/dev/null", path], stderr=subprocess.PIPE, text=True,
                                check=False)
        wrong += result.stderr.splitlines() if result.returncode != 0 else []
        if language in COMPLETE:
            for what, options in (("untranslated", ["--untranslated"]), ("doubtful", ["--only-fuzzy"])):
                text = subprocess.run(["msgattrib", *options, "--no-obsolete", "--no-location", "--no-wrap", path],
                                      check=True, stdout=subprocess.PIPE, text=True).stdout
                incomplete += [f"{language}: {what}: {line}" for line in re.findall(r"^msgid (\".+\")$", text, re.M)
                               if line != '""']
            missing = entries(os.path.join(tree.root(), "po/hutch.pot")) - entries(path)
            incomplete += [f"{language}: not merged: {text.strip()}" for text in sorted(missing)]
    tree.conclude({
        "po/POTFILES lists every source with texts": listed,
        "po/hutch.pot is current (./dev po)": current,
        "the translations are well formed": wrong,
        f"complete: {' '.join(COMPLETE)}": incomplete,
    })


if "--update" in sys.argv:
    update()
else:
    check()
